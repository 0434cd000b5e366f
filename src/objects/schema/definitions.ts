// Which schema belongs to a definition's name, and what does a $ref lead to?
import generated from '../generated/schemas.json' with { type: 'json' }
import type { Schema } from './type.ts'

/** Every generated definition by name, references unresolved: the raw material of OpenAPI documents. */
export const definitions = generated as Readonly<Record<string, unknown>> as Readonly<Record<string, Schema>>

const prefix = '#/components/schemas/'

/** Throws for a name that was not generated: a bug, since names come from kind definitions. */
export function schemaOf(definitionName: string): Schema {
  const schema = definitions[definitionName]
  if (schema === undefined)
    throw new Error(`no schema was generated for ${definitionName}; run scripts/generate-schemas.ts`)
  return schema
}

const resolved = new WeakMap<Schema, Schema>()

/**
 * The schema without its reference: what stands beside a `$ref` (or beside an `allOf` of one `$ref`, as OpenAPI v3
 * writes it) is kept and wins. Schemas without a reference come back as they are.
 */
export function resolve(schema: Schema): Schema {
  const only = schema.allOf?.length === 1 ? schema.allOf[0] : undefined
  if (schema.$ref === undefined && only?.$ref === undefined) return schema
  const known = resolved.get(schema)
  if (known !== undefined) return known
  const { $ref = only?.$ref ?? '', allOf, ...rest } = schema
  const target = resolve(definitions[$ref.startsWith(prefix) ? $ref.slice(prefix.length) : $ref] ?? {})
  const kept = only?.$ref === undefined && allOf !== undefined ? { allOf } : {}
  const result: Schema =
    Object.keys(rest).length === 0 && allOf === undefined ? target : { ...target, ...rest, ...kept }
  resolved.set(schema, result)
  return result
}

/** The schema of a field or list item on a path; undefined where the schema says nothing. */
export function schemaAt(schema: Schema, path: readonly (string | number)[]): Schema | undefined {
  let at: Schema | undefined = resolve(schema)
  for (const part of path) {
    const next: Schema | undefined = typeof part === 'number' ? at.items : childSchema(at, part)
    if (next === undefined) return undefined
    at = resolve(next)
  }
  return at
}

/** The schema of a field of an object schema that is already resolved. */
export function childSchema(schema: Schema, name: string): Schema | undefined {
  const own =
    schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
  if (own !== undefined) return own
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
}
