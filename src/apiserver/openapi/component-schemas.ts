// The schemas of an OpenAPI document: what is known of the kinds and all they refer to, with descriptions.
import { definitions, type Schema } from '../../objects/schema.ts'

/** By definition, then by the dotted path of the field; '' is the definition itself. */
export type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>

const prefix = '#/components/schemas/'

export type Components = Record<string, object>

/** Adds the named definitions and everything they refer to. */
export function addDefinitions(components: Components, names: Iterable<string>, descriptions: Descriptions): void {
  const open = [...names]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const schema = definitions[name]
    if (schema === undefined || Object.hasOwn(components, name)) continue
    components[name] = describeSchema(schema, descriptions[name] ?? {}, open)
  }
}

/** The schema as OpenAPI v3 writes it; the definitions it refers to are appended to `references`. */
export function describeSchema(schema: Schema, texts: Readonly<Record<string, string>>, references: string[]): object {
  return describe(schema, '')

  function describe(part: Schema, path: string): object {
    const { $ref, properties, items, additionalProperties, allOf, anyOf, oneOf, not, ...rest } = part
    const description = texts[path] ?? rest.description
    const result: Record<string, unknown> = { ...(description === undefined ? {} : { description }), ...rest }
    if ($ref !== undefined) {
      const name = $ref.startsWith(prefix) ? $ref.slice(prefix.length) : $ref
      references.push(name)
      // A reference may have no neighbours in OpenAPI v3, so those make it the only member of an allOf.
      if (Object.keys(result).length === 0) return { $ref: prefix + name }
      result.allOf = [{ $ref: prefix + name }]
    }
    if (properties !== undefined) {
      result.properties = Object.fromEntries(
        Object.entries(properties).map(([name, child]) => [
          name,
          describe(child, path === '' ? name : `${path}.${name}`),
        ]),
      )
    }
    if (items !== undefined) result.items = withoutOwnText(items, path)
    if (typeof additionalProperties === 'object')
      result.additionalProperties = withoutOwnText(additionalProperties, path)
    else if (additionalProperties !== undefined) result.additionalProperties = additionalProperties
    if (allOf !== undefined) result.allOf = allOf.map(member => withoutOwnText(member, path))
    if (anyOf !== undefined) result.anyOf = anyOf.map(member => withoutOwnText(member, path))
    if (oneOf !== undefined) result.oneOf = oneOf.map(member => withoutOwnText(member, path))
    if (not !== undefined) result.not = withoutOwnText(not, path)
    return result
  }

  /** Items share the path of their list, whose text says what they are; it is not repeated. */
  function withoutOwnText(part: Schema, path: string): object {
    const described = describe(part, path) as { description?: string; allOf?: readonly { $ref?: string }[] }
    if (part.description !== undefined || texts[path] === undefined) return described
    const { description: _description, ...rest } = described
    const only = rest.allOf?.length === 1 && Object.keys(rest).length === 1 ? rest.allOf[0] : undefined
    return only?.$ref === undefined ? rest : only
  }
}

export function referenceTo(name: string): { readonly $ref: string } {
  return { $ref: prefix + name }
}
