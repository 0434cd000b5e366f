// Which parts of an object are merged and which are replaced whole: reads the list and map types of an OpenAPI schema.
import { isMap } from './json.ts'

/** What the patches read of a schema; `Schema` of `objects/` and the schemas of CustomResourceDefinitions fit. */
export interface FieldSchema {
  readonly type?: string | readonly string[] | undefined
  readonly properties?: Readonly<Record<string, FieldSchema>> | undefined
  readonly items?: FieldSchema | undefined
  readonly additionalProperties?: boolean | FieldSchema | undefined
  readonly required?: readonly string[] | undefined
  readonly default?: unknown
  readonly 'x-kubernetes-list-type'?: string | undefined
  readonly 'x-kubernetes-list-map-keys'?: readonly string[] | undefined
  readonly 'x-kubernetes-map-type'?: string | undefined
  readonly 'x-kubernetes-patch-strategy'?: string | undefined
  readonly 'x-kubernetes-patch-merge-key'?: string | undefined
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean | undefined
  readonly 'x-kubernetes-embedded-resource'?: boolean | undefined
}

export type ListShape =
  | { readonly kind: 'atomic' }
  | { readonly kind: 'set' }
  | { readonly kind: 'map'; readonly keys: readonly string[] }

const atomic: ListShape = { kind: 'atomic' }
const set: ListShape = { kind: 'set' }

/** Server-side apply: lists without any marker are atomic, as upstream treats them. */
export function listShape(schema: FieldSchema | undefined): ListShape {
  if (schema === undefined) return atomic
  let shape = shapes.get(schema)
  if (shape === undefined) {
    shape = readListShape(schema)
    shapes.set(schema, shape)
  }
  return shape
}

const shapes = new WeakMap<FieldSchema, ListShape>()

function readListShape(schema: FieldSchema): ListShape {
  const listType = schema['x-kubernetes-list-type']
  if (listType === 'set') return set
  if (listType === 'map') return { kind: 'map', keys: schema['x-kubernetes-list-map-keys'] ?? [] }
  if (listType !== undefined) return atomic
  if (!strategies(schema).includes('merge')) return atomic
  const key = schema['x-kubernetes-patch-merge-key']
  return key === undefined ? set : { kind: 'map', keys: [key] }
}

/** The strategies of a strategic merge patch; they travel as one text, separated by commas. */
export function strategies(schema: FieldSchema | undefined): readonly string[] {
  return schema?.['x-kubernetes-patch-strategy']?.split(',') ?? []
}

export function isAtomicMap(schema: FieldSchema | undefined): boolean {
  return schema?.['x-kubernetes-map-type'] === 'atomic'
}

/** The schema of one key of a map: a declared field, or what all further keys share. Undefined when it is not known. */
export function schemaOfKey(schema: FieldSchema | undefined, key: string): FieldSchema | undefined {
  if (schema === undefined) return undefined
  const { properties } = schema
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key]
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
}

export function isDeclaredField(schema: FieldSchema | undefined, key: string): boolean {
  return schema?.properties !== undefined && Object.hasOwn(schema.properties, key)
}

/** Whether a key that the schema does not declare is an error rather than data of the user. */
export function refusesUnknownKeys(schema: FieldSchema | undefined): boolean {
  if (schema?.properties === undefined || Object.keys(schema.properties).length === 0) return false
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return false
  return schema.additionalProperties === undefined || schema.additionalProperties === false
}

/** The default of one key field of an associative list, which stands in when an element leaves the key out. */
export function keyDefault(items: FieldSchema | undefined, key: string): unknown {
  const fallback = schemaOfKey(items, key)?.default
  // Upstream declares this default on every list whose key includes the protocol; not every schema source carries it.
  return fallback === undefined && key === 'protocol' ? 'TCP' : fallback
}

const text: FieldSchema = { type: 'string' }
const texts: FieldSchema = { type: 'object', additionalProperties: text }

/** Custom resources say no more of their metadata than `type: object`, so the rules of ObjectMeta stand here. */
const objectMeta: FieldSchema = {
  type: 'object',
  properties: {
    name: text,
    generateName: text,
    namespace: text,
    selfLink: text,
    uid: text,
    resourceVersion: text,
    generation: { type: 'integer' },
    creationTimestamp: text,
    deletionTimestamp: text,
    deletionGracePeriodSeconds: { type: 'integer' },
    labels: texts,
    annotations: texts,
    ownerReferences: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['uid'],
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'uid',
      items: { type: 'object', 'x-kubernetes-map-type': 'atomic' },
    },
    finalizers: { type: 'array', 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge', items: text },
    managedFields: { type: 'array', 'x-kubernetes-list-type': 'atomic', items: { type: 'object' } },
  },
}
const typeAndMeta = { apiVersion: text, kind: text, metadata: objectMeta }

/** The schema of a whole object: the kind's own fields, and apiVersion, kind and metadata as every object has them. */
export function objectSchema(schema: FieldSchema | undefined): FieldSchema {
  if (schema === undefined) return unknownObject
  let whole = wholeObjects.get(schema)
  if (whole === undefined) {
    whole = { ...schema, properties: { ...schema.properties, ...typeAndMeta } }
    wholeObjects.set(schema, whole)
  }
  return whole
}

const unknownObject: FieldSchema = {
  type: 'object',
  properties: typeAndMeta,
  'x-kubernetes-preserve-unknown-fields': true,
}
const wholeObjects = new WeakMap<FieldSchema, FieldSchema>()

/** Go writes structs, and lists that are required, even when nothing was given, so a created object does not "add" them. */
export function isAlwaysPresent(schema: FieldSchema | undefined, depth: number, key: string): boolean {
  if (depth === 0 && (key === 'metadata' || key === 'spec' || key === 'status')) return true
  return schema?.required?.includes(key) === true || isMap(schemaOfKey(schema, key)?.default)
}
