// PUT: the object is replaced, except for what belongs to the server and to other subresources.
import { ApiError } from '../../objects/api-error.ts'
import type { KubeObject, ObjectKey, ObjectMeta } from '../../objects/object.ts'
import { sameJson } from '../../objects/same.ts'
import { type Api, type Call, storageKey } from './api.ts'
import { badRequest, conflict, modifiedMeanwhile, notFound } from './errors.ts'
import { trackFields } from './field-ownership.ts'
import { intake, placeInNamespace } from './intake.ts'
import type { ServedKind } from './served-kinds.ts'
import { allowsUnconditionalUpdate, countsGenerations, specDiffers, withStatusOf } from './strategy.ts'
import { mustNameVersion, validate } from './validate.ts'
import { toServed } from './versions.ts'

export interface UpdateRequest {
  readonly key: ObjectKey
  readonly body: unknown
  readonly subresource?: 'status' | 'finalize'
  /** The subresource named in managedFields, where it is another than the one whose rules apply. */
  readonly managedBy?: string
  /** Set by patches, which were computed from the present state and so need name no version. */
  readonly unconditional?: boolean
  /** Server-side apply brings ownership it has computed itself. */
  readonly managedFields?: ObjectMeta['managedFields']
  readonly call: Call
}

export function update(api: Api, served: ServedKind, request: UpdateRequest): KubeObject {
  const { key, call, subresource } = request
  const { definition } = served
  const managedBy = request.managedBy ?? subresource
  const old = api.store.collection(served.collection).get(storageKey(served, key))
  const { object: taken, sound } = intake(served, request.body, call)
  const given = placeInNamespace(served, taken, key.namespace)
  if (given.metadata.name !== key.name) {
    throw badRequest(
      `the name of the object (${given.metadata.name ?? ''}) does not match the name on the URL (${key.name})`,
    )
  }
  if (old === undefined) throw notFound(definition, key.name)
  checkPreconditions(served, given, old, request.unconditional ?? false)

  const merged = merge(served, given, old, subresource)
  const defaulted = definition.defaults(merged)
  const admission = subresource === undefined ? api.admission.get(served.collection) : undefined
  const admitted = admission?.update?.(defaulted, old, call) ?? defaulted
  const numbered =
    countsGenerations(served) && specDiffers(old, admitted)
      ? { ...admitted, metadata: { ...admitted.metadata, generation: (old.metadata.generation ?? 0) + 1 } }
      : admitted
  validate(served, numbered, { call, old, sound })
  const tracked =
    request.managedFields === undefined
      ? trackFields(api, served, {
          object: numbered,
          old,
          call,
          ...(managedBy === undefined ? {} : { subresource: managedBy }),
        })
      : { ...numbered, metadata: { ...numbered.metadata, managedFields: request.managedFields } }
  if (sameJson(tracked, old)) return toServed(served, old)
  if (call.dryRun) return toServed(served, tracked)
  if (isFinished(served, tracked)) {
    return toServed(served, api.store.remove(served.collection, storageKey(served, key)) ?? tracked)
  }
  return toServed(served, api.store.put(served.collection, tracked))
}

/** Nothing holds a deleted object any more: no finalizer, no grace, no content in a namespace. */
function isFinished(served: ServedKind, object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata
  if (deletionTimestamp === undefined || (finalizers ?? []).length > 0) return false
  if (served.collection === 'namespaces') {
    return ((object as { spec?: { finalizers?: readonly string[] } }).spec?.finalizers ?? []).length === 0
  }
  return (deletionGracePeriodSeconds ?? 0) === 0
}

function checkPreconditions(served: ServedKind, given: KubeObject, old: KubeObject, unconditional: boolean): void {
  const { uid, resourceVersion } = given.metadata
  if (uid !== undefined && uid !== '' && uid !== old.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`
    throw conflict(served.definition, old.metadata.name, why)
  }
  if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0') {
    if (!unconditional && !allowsUnconditionalUpdate(served)) mustNameVersion(served, old.metadata.name)
    return
  }
  if (!/^\d+$/.test(resourceVersion)) {
    throw new ApiError(
      400,
      'BadRequest',
      `Invalid value: ${JSON.stringify(resourceVersion)}: resourceVersion must be a number`,
    )
  }
  if (resourceVersion !== old.metadata.resourceVersion) {
    throw conflict(served.definition, old.metadata.name, modifiedMeanwhile)
  }
}

/** What the request may change, over what was there. */
function merge(
  served: ServedKind,
  given: KubeObject,
  old: KubeObject,
  subresource: UpdateRequest['subresource'],
): KubeObject {
  switch (subresource) {
    case 'status':
      return withStatusOf(old, given)
    case 'finalize': {
      const finalizers = (given as { spec?: { finalizers?: readonly string[] } }).spec?.finalizers ?? []
      return { ...old, spec: { ...(old as { spec?: object }).spec, finalizers } } as KubeObject
    }
    case undefined: {
      const next = { ...given, metadata: mergeMetadata(given.metadata, old.metadata) }
      return served.definition.hasStatus ? withStatusOf(next, old) : next
    }
  }
}

/** Identity, times and versions stay as they are, whatever was sent. */
function mergeMetadata(given: ObjectMeta, old: ObjectMeta): ObjectMeta {
  const {
    generation: _generation,
    deletionTimestamp: _deletionTimestamp,
    deletionGracePeriodSeconds: _grace,
    generateName: _generateName,
    resourceVersion: _resourceVersion,
    managedFields,
    ...open
  } = given
  return {
    ...open,
    ...kept(old, [
      'generateName',
      'uid',
      'creationTimestamp',
      'generation',
      'deletionTimestamp',
      'deletionGracePeriodSeconds',
      'resourceVersion',
    ]),
    ...(managedFields === undefined ? kept(old, ['managedFields']) : { managedFields }),
  }
}

function kept(metadata: ObjectMeta, fields: readonly (keyof ObjectMeta)[]): Partial<ObjectMeta> {
  return Object.fromEntries(
    fields.filter(field => metadata[field] !== undefined).map(field => [field, metadata[field]]),
  )
}
