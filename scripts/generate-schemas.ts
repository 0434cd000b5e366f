// Writes src/objects/generated: the schemas and descriptions of every registered kind, from the kubernetes-models packages.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, posix, relative } from 'node:path'
import { kinds } from '../src/objects/registry.ts'
import type { Schema } from '../src/objects/schema.ts'
import { definitionName, modulePathOf } from './generate-schemas/definition-names.ts'
import { extensionsOf, mergeRules } from './generate-schemas/merge-rules.ts'
import {
  allowedTexts,
  alternativesKeyword,
  arrayLimits,
  numberLimits,
  objectLimits,
  type ProbePath,
  stringLimits,
  type Validator,
} from './generate-schemas/probe-limits.ts'
import { type Field, readTypeFile, type TypeFile, type TypeNode } from './generate-schemas/read-types.ts'
import { specialDefinitions, withAdditions } from './generate-schemas/special-definitions.ts'

const root = join(import.meta.dirname, '..')
const packages = join(root, 'node_modules')

/** Served besides the kinds of the registry: request bodies and answers of the API itself. */
const alsoGenerated = [
  'kubernetes-models/autoscaling/v1/Scale',
  'kubernetes-models/policy/v1/Eviction',
  'kubernetes-models/v1/Binding',
  'kubernetes-models/authentication.k8s.io/v1/TokenRequest',
  'kubernetes-models/authentication.k8s.io/v1/SelfSubjectReview',
  'kubernetes-models/authorization.k8s.io/v1/SelfSubjectAccessReview',
  'kubernetes-models/authorization.k8s.io/v1/SelfSubjectRulesReview',
  'kubernetes-models/authorization.k8s.io/v1/SubjectAccessReview',
  'kubernetes-models/authorization.k8s.io/v1/LocalSubjectAccessReview',
  '@kubernetes-models/apimachinery/apis/meta/v1/APIGroupList',
  '@kubernetes-models/apimachinery/apis/meta/v1/APIResourceList',
  '@kubernetes-models/apimachinery/apis/meta/v1/DeleteOptions',
  '@kubernetes-models/apimachinery/apis/meta/v1/ListMeta',
  '@kubernetes-models/apimachinery/apis/meta/v1/Patch',
  '@kubernetes-models/apimachinery/apis/meta/v1/Status',
  '@kubernetes-models/apimachinery/apis/meta/v1/WatchEvent',
]

export interface Generated {
  readonly schemas: Readonly<Record<string, Schema>>
  /** Definition → field path ('' is the definition; lists and maps add nothing to a path) → text. */
  readonly descriptions: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** The two files' contents as text, for writing and for the test that finds them stale. */
export function textOf(generated: Generated): { readonly schemas: string; readonly descriptions: string } {
  return { schemas: linePerKey(generated.schemas), descriptions: linePerKey(generated.descriptions) }
}

export async function generate(): Promise<Generated> {
  const schemas = new Map<string, Schema>()
  const descriptions = new Map<string, Record<string, string>>()
  const queue = [...kinds.map(kind => modulePathOf(packages, kind)), ...alsoGenerated]
  const seen = new Set(queue)
  for (const modulePath of queue) {
    const name = definitionName(modulePath)
    const definition = await Definition.read(modulePath)
    for (const next of definition.references) if (!seen.has(next)) queue.push(next)
    for (const next of definition.references) seen.add(next)
    schemas.set(name, definition.schema)
    descriptions.set(name, definition.descriptions)
  }
  for (const kind of kinds) {
    const schema = schemas.get(kind.schema)
    if (schema === undefined) throw new Error(`the registry names ${kind.schema}, which the packages do not have`)
    const group = [{ group: kind.group, kind: kind.kind, version: kind.version }]
    schemas.set(kind.schema, { ...schema, 'x-kubernetes-group-version-kind': group })
  }
  refuseUnusedRules(schemas)
  return { schemas: sorted(schemas), descriptions: sorted(descriptions) }
}

/** What the file of one definition says, as a schema. */
class Definition {
  readonly references = new Set<string>()
  readonly descriptions: Record<string, string> = {}
  schema: Schema = {}
  readonly #modulePath: string
  readonly #file: TypeFile
  readonly #validator: Validator | undefined
  readonly #name: string

  static async read(modulePath: string): Promise<Definition> {
    const file = readTypeFile(readFileSync(join(packages, `${modulePath}.d.ts`), 'utf8'))
    const definition = new Definition(modulePath, file, await validatorOf(modulePath, file))
    const special = specialDefinitions[definition.#name]
    definition.descriptions[''] = file.description
    const own = special ?? definition.#schemaOf(file.type, [], '')
    definition.schema = withAdditions(definition.#name, mergeRaw(own, rawSchemaOf(modulePath)))
    if (file.description === '') delete definition.descriptions['']
    return definition
  }

  constructor(modulePath: string, file: TypeFile, validator: Validator | undefined) {
    this.#modulePath = modulePath
    this.#file = file
    this.#validator = validator
    this.#name = definitionName(modulePath)
  }

  #schemaOf(node: TypeNode, path: ProbePath, documented: string): Schema {
    const validator = this.#validator
    switch (node.kind) {
      case 'any':
        return {}
      case 'boolean':
        return { type: 'boolean' }
      case 'string':
        return { type: 'string', ...(validator === undefined ? {} : stringLimits(validator, path)) }
      case 'number':
        return this.#numberSchema(path)
      case 'literals':
        return { type: 'string', enum: node.values }
      case 'array':
        return this.#ruled(documented, {
          type: 'array',
          ...(validator === undefined ? {} : arrayLimits(validator, path)),
          items: this.#schemaOf(node.of, [...path, '[]'], documented),
        })
      case 'map':
        return this.#ruled(documented, {
          type: 'object',
          ...(validator === undefined ? {} : objectLimits(validator, path)),
          additionalProperties: this.#schemaOf(node.of, [...path, '{}'], documented),
        })
      case 'ref': {
        const texts = validator === undefined ? undefined : allowedTexts(validator, path)
        return texts === undefined ? this.#reference(node.name) : { type: 'string', enum: texts }
      }
      case 'union':
        // The only union of the packages: a number or a string.
        return { 'x-kubernetes-int-or-string': true }
      case 'object':
        return this.#objectSchema(node, path, documented)
    }
  }

  #numberSchema(path: ProbePath): Schema {
    const limits = this.#validator === undefined ? { type: 'integer' } : numberLimits(this.#validator, path)
    const isCore = this.#modulePath.startsWith('kubernetes-models/') || this.#modulePath.includes('/apimachinery/')
    if (limits.type === 'number') return { ...limits, format: 'double' }
    // The validators cannot tell int64 from no format; in the core API there is no third.
    return isCore && limits.format === undefined ? { ...limits, format: 'int64' } : limits
  }

  #objectSchema(node: Extract<TypeNode, { kind: 'object' }>, path: ProbePath, documented: string): Schema {
    const fields = [...node.bases.flatMap(base => this.#fieldsOf(base)), ...node.fields]
    const properties: Record<string, Schema> = {}
    for (const field of fields.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const at = documented === '' ? field.name : `${documented}.${field.name}`
      if (field.description !== '') this.descriptions[at] = field.description
      properties[field.name] = this.#fieldSchema(field, [...path, field.name], at)
    }
    const required = fields
      .filter(field => !field.optional)
      .map(field => field.name)
      .toSorted()
    // TypeMeta is required by the packages' types and optional in OpenAPI; the decoder asks for it itself.
    const asked =
      path.length === 0
        ? required.filter(name => name !== 'apiVersion' && name !== 'kind' && name !== 'metadata')
        : required
    return this.#ruled(documented, {
      type: 'object',
      ...(asked.length === 0 ? {} : { required: asked }),
      ...(fields.length === 0 ? {} : { properties }),
      ...this.#alternatives(node.alternatives, path),
    })
  }

  #fieldSchema(field: Field, path: ProbePath, documented: string): Schema {
    if (path.length === 1 && (field.name === 'apiVersion' || field.name === 'kind')) return { type: 'string' }
    const schema = this.#schemaOf(field.type, path, documented)
    const rule = mergeRules[this.#name]?.[documented]
    return rule === 'retainKeys' ? { allOf: [schema], ...extensionsOf(rule, 'object') } : schema
  }

  #alternatives(alternatives: readonly (readonly string[])[] | undefined, path: ProbePath): Schema {
    if (alternatives === undefined || alternatives.length === 0 || this.#validator === undefined) return {}
    return { [alternativesKeyword(this.#validator, path)]: alternatives.map(required => ({ required })) }
  }

  #ruled(documented: string, schema: Schema): Schema {
    const rule = mergeRules[this.#name]?.[documented]
    if (rule === undefined || rule === 'retainKeys') return schema
    return { ...schema, ...extensionsOf(rule, schema.type === 'array' ? 'array' : 'object') }
  }

  #reference(name: string): Schema {
    const modulePath = this.#resolve(name)
    this.references.add(modulePath)
    return { $ref: `#/components/schemas/${definitionName(modulePath)}` }
  }

  /** The fields of a base interface, which this definition inherits. */
  #fieldsOf(base: string): readonly Field[] {
    const file = readTypeFile(readFileSync(join(packages, `${this.#resolve(base)}.d.ts`), 'utf8'))
    if (file.type.kind !== 'object') throw new Error(`${base} is no interface`)
    // References of the base are looked up in the base's own imports.
    for (const [name, specifier] of file.imports) {
      if (!this.#file.imports.has(name)) (this.#file.imports as Map<string, string>).set(name, specifier)
    }
    return file.type.fields
  }

  #resolve(name: string): string {
    if (name === this.#file.name) return this.#modulePath
    const specifier = this.#file.imports.get(name)
    if (specifier === undefined) throw new Error(`${this.#modulePath} uses ${name} without importing it`)
    const withoutExtension = specifier.replace(/\.js$/, '')
    if (!specifier.startsWith('.')) return withoutExtension
    return posix.normalize(posix.join(posix.dirname(this.#modulePath), withoutExtension))
  }
}

async function validatorOf(modulePath: string, file: TypeFile): Promise<Validator | undefined> {
  const [, packageName = '', rest = ''] = /^((?:@kubernetes-models\/)?[^/]+)\/(.*)$/.exec(modulePath) ?? []
  const inlined = rest
    .split(/[./]/)
    .map(part =>
      part
        .replace(/^[a-z]/, letter => letter.toUpperCase())
        .replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    )
  const name = file.alias ?? inlined.join('')
  for (const extension of ['.mjs', '.js']) {
    const path = join(packages, packageName, '_schemas', name + extension)
    if (existsSync(path)) return ((await import(path)) as { validate: Validator }).validate
  }
  return undefined
}

/** gateway-api ships the JSON schema itself, as a literal in the module. */
function rawSchemaOf(modulePath: string): Schema | undefined {
  const path = join(packages, `${modulePath}.mjs`)
  if (!existsSync(path)) return undefined
  const literal = /^const schema = (\{[\s\S]*?^\});$/m.exec(readFileSync(path, 'utf8'))?.[1]
  return literal === undefined ? undefined : (JSON.parse(literal) as Schema)
}

/** Adds to a schema what the package's literal knows more: limits, patterns, defaults, list types. */
function mergeRaw(own: Schema, raw: Schema | undefined): Schema {
  if (raw === undefined || own.$ref !== undefined) return own
  const { properties: rawProperties, items: rawItems, ...rest } = raw
  const kept = Object.entries(rest).filter(
    ([key]) => !['nullable', 'required', 'type', 'enum', 'additionalProperties'].includes(key),
  )
  const properties = Object.entries(own.properties ?? {}).map(([name, schema]) => [
    name,
    mergeRaw(schema, rawProperties?.[name]),
  ])
  return {
    ...own,
    ...Object.fromEntries(kept),
    ...(own.properties === undefined ? {} : { properties: Object.fromEntries(properties) as Record<string, Schema> }),
    ...(own.items === undefined ? {} : { items: mergeRaw(own.items, rawItems) }),
    ...(rest.type === 'number' || rest.type === 'integer' ? { type: rest.type } : {}),
  }
}

/** A rule for a definition or field that does not exist is a typo or a field that upstream removed. */
function refuseUnusedRules(schemas: ReadonlyMap<string, Schema>): void {
  for (const [name, rules] of Object.entries(mergeRules)) {
    const schema = schemas.get(name)
    if (schema === undefined) continue
    for (const field of Object.keys(rules)) {
      if (fieldOf(schema, field) === undefined)
        throw new Error(`merge-rules.ts names ${name} ${field}, which does not exist`)
    }
  }
}

function fieldOf(schema: Schema, path: string): Schema | undefined {
  return path === ''
    ? schema
    : path.split('.').reduce<Schema | undefined>((at, part) => (at?.items ?? at)?.properties?.[part], schema)
}

function sorted<T>(map: ReadonlyMap<string, T>): Record<string, T> {
  return Object.fromEntries([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** One definition per line, so that a diff shows which changed. */
function linePerKey(record: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(record).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`)
  return `{\n${lines.join(',\n')}\n}\n`
}

if (import.meta.main) {
  const { schemas, descriptions } = textOf(await generate())
  const folder = join(root, 'src/objects/generated')
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of [
    ['schemas.json', schemas],
    ['descriptions.json', descriptions],
  ] as const) {
    writeFileSync(join(folder, name), text)
    console.log(`${relative(root, join(folder, name))}: ${Math.round(text.length / 1024)} KiB`)
  }
}
