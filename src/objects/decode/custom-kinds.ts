// Which kinds do the CustomResourceDefinitions among the manifests define, and is an object what they ask for?
import type { FieldProblem, KindDefinition } from '../kind.ts'
import type { CustomResourceDefinition } from '../kinds/custom-resource-definition.ts'
import { defineKind } from '../kinds/define.ts'
import type { KubeObject } from '../object.ts'
import { invalid } from '../problems.ts'
import { applySchemaDefaults, checkSchema, type Schema } from '../schema.ts'

export interface CustomKind {
  readonly definition: KindDefinition
  /** Undefined for a version that the definition does not serve. */
  readonly schema: Schema | undefined
  /** The versions that it does serve. */
  readonly served: readonly string[]
}

/** By `group/kind`; a version is looked up with `customKindOf`. */
export type CustomKinds = ReadonlyMap<string, CustomResourceDefinition>

export function customKinds(objects: readonly KubeObject[]): CustomKinds {
  const kinds = new Map<string, CustomResourceDefinition>()
  for (const object of objects) {
    if (object.kind !== 'CustomResourceDefinition') continue
    const definition = object as CustomResourceDefinition
    const { group, names } = definition.spec ?? {}
    if (group !== undefined && names !== undefined) kinds.set(`${group}/${names.kind}`, definition)
  }
  return kinds
}

export function customKindOf(kinds: CustomKinds, { apiVersion, kind }: KubeObject): CustomKind | undefined {
  const slash = apiVersion.indexOf('/')
  const spec = kinds.get(`${apiVersion.slice(0, Math.max(slash, 0))}/${kind}`)?.spec
  if (spec === undefined) return undefined
  const version = spec.versions.find(({ name, served }) => served && name === apiVersion.slice(slash + 1))
  const { names, group } = spec
  return {
    definition: defineKind({
      group,
      version: apiVersion.slice(slash + 1),
      kind: names.kind,
      plural: names.plural,
      namespaced: spec.scope === 'Namespaced',
      // Its schema comes with the definition, not from the generated ones.
      schema: '',
      shortNames: names.shortNames ?? [],
      categories: names.categories ?? [],
    }),
    schema: version?.schema?.openAPIV3Schema as Schema | undefined,
    served: spec.versions.filter(({ served }) => served).map(({ name }) => name),
  }
}

/** In the API server's order: the schema's defaults first, then what the schema asks for, then the metadata. */
export function customProblems(object: KubeObject, { definition, schema, served }: CustomKind): FieldProblem[] {
  const { kind, group } = definition
  if (schema === undefined) {
    const versions = served.map(version => `${group}/${version}`).join(', ')
    const problem = invalid(['apiVersion'], object.apiVersion, `the definition of ${kind} does not serve this version`)
    return [{ ...problem, fix: `write ${versions}` }]
  }
  const problems = checkSchema(schema, applySchemaDefaults(schema, object), { strictNulls: true })
  return [...problems, ...(definition.validate?.(object) ?? [])]
}
