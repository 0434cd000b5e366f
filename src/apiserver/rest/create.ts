// POST: a new object gets what the server gives it, is checked and stored.
import { generateName } from '../../objects/generated-name.ts'
import type { KubeObject, ObjectMeta } from '../../objects/object.ts'
import { required } from '../../objects/problems.ts'
import { type Api, type Call, storageKey, timestamp } from './api.ts'
import { alreadyExists, badRequest, invalid } from './errors.ts'
import { trackFields } from './field-ownership.ts'
import { intake, placeInNamespace } from './intake.ts'
import { requireNamespace } from './namespace-guard.ts'
import type { ServedKind } from './served-kinds.ts'
import { countsGenerations, keepsStatusOnCreate, withStatusOf } from './strategy.ts'
import { validate } from './validate.ts'
import { toServed } from './versions.ts'

export interface CreateRequest {
  readonly namespace?: string
  readonly body: unknown
  /** Server-side apply creates with ownership it has computed itself. */
  readonly managedFields?: ObjectMeta['managedFields']
}

export function create(api: Api, served: ServedKind, request: CreateRequest & { readonly call: Call }): KubeObject {
  const { call } = request
  const { object: taken, sound } = intake(served, request.body, call)
  const given = placeInNamespace(served, taken, request.namespace)
  if (given.metadata.resourceVersion !== undefined && !['', '0'].includes(given.metadata.resourceVersion)) {
    throw badRequest('resourceVersion should not be set on objects to be created')
  }
  const named = withName(api, served, given)
  if (served.definition.namespaced) {
    requireNamespace(api, served, { namespace: named.metadata.namespace ?? '', name: named.metadata.name })
  }
  const collection = api.store.collection(served.collection)
  const key = storageKey(served, named.metadata)
  if (collection.get(key) !== undefined) throw alreadyExists(served.definition, named.metadata.name)

  const fresh = withServerMetadata(api, served, keepsStatusOnCreate(served) ? named : withStatusOf(named, undefined))
  const defaulted = served.definition.defaults(fresh)
  const admission = api.admission.get(served.collection)
  const admitted = admission?.create?.(defaulted, call) ?? defaulted
  validate(served, admitted, { call, sound })
  const tracked =
    request.managedFields === undefined
      ? trackFields(api, served, { object: admitted, call })
      : { ...admitted, metadata: { ...admitted.metadata, managedFields: request.managedFields } }
  return toServed(served, call.dryRun ? tracked : api.store.put(served.collection, tracked))
}

function withName(api: Api, served: ServedKind, object: KubeObject): KubeObject {
  const { name, generateName: base } = object.metadata as { name?: string; generateName?: string }
  if (name !== undefined && name !== '') return object
  if (base === undefined || base === '') {
    throw invalid(served.definition, '', [required(['metadata', 'name'], 'name or generateName is required')])
  }
  const collection = api.store.collection(served.collection)
  let metadata = object.metadata
  do metadata = { ...metadata, name: generateName(base, () => randomOf(api)) }
  while (collection.get(storageKey(served, metadata)) !== undefined)
  return { ...object, metadata }
}

/** Uniform in [0, 1): a version 4 UUID is random in its first twelve hex digits. */
function randomOf(api: Api): number {
  return Number.parseInt(api.randomUUID().replaceAll('-', '').slice(0, 12), 16) / 2 ** 48
}

function withServerMetadata(api: Api, served: ServedKind, object: KubeObject): KubeObject {
  const {
    resourceVersion: _resourceVersion,
    deletionTimestamp: _deletionTimestamp,
    deletionGracePeriodSeconds: _deletionGracePeriodSeconds,
    generation: _generation,
    managedFields: _managedFields,
    ...given
  } = object.metadata
  const metadata: ObjectMeta = {
    ...given,
    uid: api.randomUUID(),
    creationTimestamp: timestamp(api),
    ...(countsGenerations(served) ? { generation: 1 } : {}),
  }
  return { ...object, metadata }
}
