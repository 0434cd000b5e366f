// Turns what a client sent into an object of the right kind, or says why it is none.
import { apiVersionOf } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/object.ts'
import type { Call } from './api.ts'
import { badRequest } from './errors.ts'
import type { ServedKind } from './served-kinds.ts'
import { checkStructure, type Structured } from './structure.ts'
import { toStorage } from './versions.ts'

/** Kind and version as the path says, unknown fields gone (or refused), every value of its type. */
export function intake(served: ServedKind, body: unknown, call: Call): Structured {
  const { definition } = served
  const apiVersion = apiVersionOf(definition.group, definition.version)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest(
      `${definition.kind} in version ${JSON.stringify(definition.version)} cannot be handled as a ${definition.kind}: not a JSON object`,
    )
  }
  const given = body as { apiVersion?: unknown; kind?: unknown; metadata?: unknown }
  if (given.kind !== undefined && given.kind !== '' && given.kind !== definition.kind) {
    throw badRequest(
      `${String(given.kind)} in version ${JSON.stringify(given.apiVersion ?? '')} cannot be handled as a ${definition.kind}: the kind in the data (${String(given.kind)}) does not match the expected kind (${definition.kind})`,
    )
  }
  if (given.apiVersion !== undefined && given.apiVersion !== '' && given.apiVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${String(given.apiVersion)}) does not match the expected API version (${apiVersion})`,
    )
  }
  const metadata = given.metadata ?? {}
  const named = { ...body, apiVersion, kind: definition.kind, metadata } as KubeObject
  if (typeof metadata !== 'object' || Array.isArray(metadata)) {
    throw badRequest(
      `${definition.kind} in version ${JSON.stringify(definition.version)} cannot be handled as a ${definition.kind}: metadata is not a JSON object`,
    )
  }
  const structured = checkStructure(served, named, call)
  return { ...structured, object: toStorage(served, structured.object) }
}

/** Puts the namespace of the path into the object, which may name it too but no other. */
export function placeInNamespace(served: ServedKind, object: KubeObject, namespace: string | undefined): KubeObject {
  const given = object.metadata.namespace
  if (!served.definition.namespaced) {
    if (given === undefined || given === '') return given === undefined ? object : withoutNamespace(object)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (given !== undefined && given !== '' && namespace !== undefined && given !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  const wanted = namespace ?? given
  if (wanted === undefined || wanted === '') throw badRequest('an empty namespace may not be set during creation')
  return given === wanted ? object : { ...object, metadata: { ...object.metadata, namespace: wanted } }
}

function withoutNamespace(object: KubeObject): KubeObject {
  const { namespace: _namespace, ...metadata } = object.metadata
  return { ...object, metadata }
}
