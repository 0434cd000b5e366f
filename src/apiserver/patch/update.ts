// Who owns which fields after a create, update or patch?
import type { KubeObject } from '../../objects/object.ts'
import { sameJson } from '../../objects/same.ts'
import { formatTime } from '../../objects/time.ts'
import { compareFields } from './compare-fields.ts'
import { type FieldSchema, objectSchema } from './field-schema.ts'
import { difference, emptySet, type FieldSet, intersects, isEmptySet, union } from './field-set.ts'
import {
  isReset,
  isSameManager,
  type Manager,
  type Ownership,
  readManagedFields,
  writeManagedFields,
} from './managed-fields.ts'
import { type Endpoint, ownableFields } from './owned-fields.ts'

export interface Update<T extends KubeObject> extends Endpoint {
  /** The stored object; undefined on creation. */
  readonly before: T | undefined
  /** What is about to be stored, defaults filled in, its managedFields as the client sent them. */
  readonly after: T
  /** The `fieldManager` parameter, or `managerFromUserAgent`. */
  readonly manager: string
  readonly operation?: 'Update'
  /** ms since the epoch. */
  readonly now: number
  /** The kind's schema; undefined when it has none. */
  readonly schema: FieldSchema | undefined
}

/**
 * `after` with the managedFields it must be stored with. The entries come back as they are when the request changed
 * no field. Clients may edit managedFields themselves, and clear them with `[]` or `[{}]`.
 */
export function updateManagedFields<T extends KubeObject>(update: Update<T>): T {
  const { before, after, manager, now, schema } = update
  const start = currentOwnerships(before, after, update)
  const { touched, removed } = compareFields(objectSchema(schema), before ?? {}, after)
  const taken = ownableFields(touched, update)
  const lost = ownableFields(removed, update)
  if (isEmptySet(taken) && isEmptySet(lost)) return withManagedFields(after, start.entries)
  const owner: Manager = {
    name: manager,
    operation: 'Update',
    apiVersion: after.apiVersion,
    subresource: update.subresource ?? '',
  }
  const ownerships = take(start.ownerships, { owner, taken, lost, time: formatTime(now) })
  return withManagedFields(after, writeManagedFields(ownerships))
}

/** What the request starts from: the client's own list when it sent a valid one, else the stored one. */
function currentOwnerships(before: KubeObject | undefined, after: KubeObject, endpoint: Endpoint) {
  const sent = after.metadata.managedFields
  const stored = before?.metadata.managedFields
  // A subresource cannot edit the ownership of the object.
  if (endpoint.subresource === undefined || endpoint.subresource === '') {
    if (isReset(sent)) return { ownerships: [], entries: undefined }
    if (sent !== undefined && !sameJson(sent, stored)) {
      const ownerships = readManagedFields(sent)
      if (ownerships !== undefined) return { ownerships, entries: writeManagedFields(ownerships) }
    }
  }
  const ownerships = (stored === undefined ? undefined : readManagedFields(stored)) ?? []
  return { ownerships, entries: ownerships.length === 0 ? undefined : stored }
}

interface Taking {
  readonly owner: Manager
  readonly taken: FieldSet
  readonly lost: FieldSet
  readonly time: string
}

/** The owner gets what it touched, the others lose it, and nobody keeps what is gone. */
export function take(ownerships: readonly Ownership[], { owner, taken, lost, time }: Taking): readonly Ownership[] {
  const result: Ownership[] = []
  let isKnown = false
  for (const ownership of ownerships) {
    const isOwner = isSameManager(ownership, owner)
    let fields = ownership.fields
    if (intersects(fields, lost)) fields = difference(fields, lost)
    if (isOwner) fields = union(fields, taken)
    else if (intersects(fields, taken)) fields = difference(fields, taken)
    const isBumped = isOwner && !isEmptySet(taken)
    isKnown ||= isOwner
    result.push(
      fields === ownership.fields && !isBumped
        ? ownership
        : { ...ownership, fields, time: isBumped ? time : ownership.time },
    )
  }
  if (!isKnown && !isEmptySet(taken)) result.push({ ...owner, fields: union(emptySet, taken), time })
  return result
}

export function withManagedFields<T extends KubeObject>(
  object: T,
  entries: KubeObject['metadata']['managedFields'],
): T {
  if (object.metadata.managedFields === entries) return object
  const { managedFields: _old, ...metadata } = object.metadata
  return { ...object, metadata: entries === undefined ? metadata : { ...metadata, managedFields: entries } }
}
