// How do `kubectl apply` with and without `--server-side` get along: the last-applied annotation seen from the server.
import type { KubeObject } from '../../objects/object.ts'
import { compareFields } from './compare-fields.ts'
import { extractFieldSet } from './extract-field-set.ts'
import type { FieldSchema } from './field-schema.ts'
import { difference, emptySet, type FieldSet } from './field-set.ts'
import { isMap, setKey } from './json.ts'

const annotation = 'kubectl.kubernetes.io/last-applied-configuration'

/** Upstream does this for kubectl's own manager name only; another `--field-manager` opts out. */
export function isKubectl(manager: string): boolean {
  return manager === 'kubectl'
}

/**
 * The fields that client-side apply set last and that still have its values. Server-side apply by kubectl takes them
 * over without a conflict, since it is the same user with the same file.
 */
export function takeableFields(schema: FieldSchema, live: KubeObject): FieldSet {
  const text = live.metadata.annotations?.[annotation]
  if (text === undefined) return emptySet
  let lastApplied: unknown
  try {
    lastApplied = JSON.parse(text)
  } catch {
    return emptySet
  }
  if (!isMap(lastApplied)) return emptySet
  const { touched, removed } = compareFields(schema, lastApplied, live)
  return difference(difference(extractFieldSet(schema, lastApplied).fields, touched), removed)
}

/** The object with its annotation renewed, so that a later client-side apply knows what was applied. */
export function renewLastApplied<T extends KubeObject>(object: T, applied: KubeObject): T {
  const annotations = object.metadata.annotations
  if (annotations?.[annotation] === undefined) return object
  const { managedFields: _managed, annotations: appliedAnnotations, ...metadata } = applied.metadata
  const { [annotation]: _previous, ...kept } = appliedAnnotations ?? {}
  const configuration = {
    ...applied,
    metadata: appliedAnnotations === undefined ? metadata : { ...metadata, annotations: kept },
  }
  const text = `${JSON.stringify(sortKeys(configuration))}\n`
  if (annotations[annotation] === text) return object
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [annotation]: text } } }
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (!isMap(value)) return value
  const result: Record<string, unknown> = {}
  for (const key of Object.keys(value).sort()) setKey(result, key, sortKeys(value[key]))
  return result
}
