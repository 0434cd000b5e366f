// What does a server-side apply make of an object, and who owns which fields of it afterwards?
import { ApiError } from '../../objects/api-error.ts'
import { type KubeObject, keyOf } from '../../objects/object.ts'
import { formatTime } from '../../objects/time.ts'
import { compareFields } from './compare-fields.ts'
import { conflictError, exceptFor, findConflicts } from './conflicts.ts'
import { extractFieldSet } from './extract-field-set.ts'
import { type FieldSchema, objectSchema } from './field-schema.ts'
import { difference, type FieldSet, isEmptySet, union } from './field-set.ts'
import { isMap, type JsonMap } from './json.ts'
import { isKubectl, renewLastApplied, takeableFields } from './last-applied.ts'
import {
  equalOwnerships,
  isSameManager,
  type Manager,
  type Ownership,
  readManagedFields,
  refuseManagedFields,
  writeManagedFields,
} from './managed-fields.ts'
import { mergeApplied } from './merge-applied.ts'
import { type Endpoint, ownableFields } from './owned-fields.ts'
import { dropUnowned } from './remove-fields.ts'
import { withManagedFields } from './update.ts'

export interface Apply<T extends KubeObject> extends Endpoint {
  /** The stored object; undefined when the apply creates it. */
  readonly live: T | undefined
  /** The configuration as it was sent. */
  readonly applied: KubeObject
  readonly manager: string
  /** Takes over fields of others instead of failing. */
  readonly force: boolean
  /** ms since the epoch. */
  readonly now: number
  /** The kind's schema; undefined when it has none. */
  readonly schema: FieldSchema | undefined
}

/**
 * The object to store, before defaulting and validation; `live` itself when the apply changes nothing. Throws
 * `ApiError`: 400 for a configuration that does not fit the schema, 409 for fields that another manager owns.
 */
export function applyConfiguration<T extends KubeObject>(apply: Apply<T>): T {
  const { live, applied, force, now } = apply
  refuseManagedFields(applied.metadata.managedFields)
  const schema = objectSchema(apply.schema)
  const named = appliedFields(schema, applied)
  const fields = ownableFields(named, apply)
  const applier: Manager = {
    name: apply.manager,
    operation: 'Apply',
    apiVersion: applied.apiVersion,
    subresource: apply.subresource ?? '',
  }
  const before = ownershipsOf(schema, live, { endpoint: apply, now })
  const others = before.filter(ownership => !isSameManager(ownership, applier))
  const previous = before.find(ownership => isSameManager(ownership, applier))

  const merged = mergeApplied(schema, live ?? {}, effectiveConfiguration(applied, live, apply))
  // With the name and all that cannot be owned, so that dropping the last label does not drop the metadata around it.
  const owned = others.reduce((set, other) => union(set, other.fields), named)
  const pruned = previous === undefined ? merged : dropUnowned(merged, { schema, last: previous.fields, owned })
  const comparison = compareFields(schema, live ?? {}, pruned)
  const touched = ownableFields(comparison.touched, apply)
  const removed = ownableFields(comparison.removed, apply)

  const conflicts = findConflicts(others, applier, touched)
  if (!force && conflicts.length > 0) {
    const left =
      live !== undefined && isKubectl(apply.manager) ? exceptFor(conflicts, takeableFields(schema, live)) : conflicts
    if (left.length > 0) throw conflictError(left)
  }

  const remaining = others.map(other => ({ ...other, fields: difference(difference(other.fields, touched), removed) }))
  const after: Ownership[] = [...remaining, { ...applier, fields, time: formatTime(now) }]
  const isUnchanged = isEmptySet(touched) && isEmptySet(removed) && equalOwnerships(before, after)
  const object = isUnchanged && live !== undefined ? live : withManagedFields(pruned as T, writeManagedFields(after))
  return isKubectl(apply.manager) && live !== undefined ? renewLastApplied(object, applied) : object
}

function appliedFields(schema: FieldSchema, applied: KubeObject): FieldSet {
  const { fields, problems } = extractFieldSet(schema, applied)
  if (problems.length > 0) {
    const { apiVersion, kind } = applied
    const what = `${keyOf(applied)}; ${apiVersion}, Kind=${kind}`
    throw new ApiError(400, 'BadRequest', `failed to create typed patch object (${what}): ${problems.join('\n')}`)
  }
  return fields
}

/** An object written before ownership was tracked belongs to a manager of that name, so that applying cannot wipe it. */
function ownershipsOf(
  schema: FieldSchema,
  live: KubeObject | undefined,
  { endpoint, now }: { readonly endpoint: Endpoint; readonly now: number },
): readonly Ownership[] {
  if (live === undefined) return []
  const read = readManagedFields(live.metadata.managedFields ?? []) ?? []
  if (read.length > 0) return read
  const fields = ownableFields(compareFields(schema, {}, live).touched, { hasStatus: endpoint.hasStatus })
  return [
    {
      name: 'before-first-apply',
      operation: 'Update',
      apiVersion: live.apiVersion,
      subresource: '',
      time: formatTime(now),
      fields,
    },
  ]
}

/** The part of the configuration that this endpoint may write; what the server sets stays as it is. */
function effectiveConfiguration(applied: KubeObject, live: KubeObject | undefined, endpoint: Endpoint): JsonMap {
  const configuration: JsonMap = { ...applied }
  if (endpoint.subresource === 'status') {
    return isMap(configuration.status) ? { status: configuration.status } : {}
  }
  const {
    managedFields: _managed,
    uid: _uid,
    resourceVersion: _version,
    creationTimestamp: _created,
    deletionTimestamp: _deleted,
    deletionGracePeriodSeconds: _grace,
    generation: _generation,
    ...metadata
  } = applied.metadata
  const { status: _status, ...rest } = configuration
  const written = endpoint.hasStatus === true ? rest : configuration
  return { ...written, metadata, ...(live === undefined ? {} : { apiVersion: live.apiVersion, kind: live.kind }) }
}
