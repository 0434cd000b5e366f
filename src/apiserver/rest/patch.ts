// PATCH: what the object becomes, in the four ways a patch can be written; then the rules of an update apply.
import type { KubeObject, ObjectKey } from '../../objects/object.ts'
import { applyConfiguration } from '../patch/apply.ts'
import { applyJsonPatch } from '../patch/json-patch.ts'
import { applyMergePatch } from '../patch/merge-patch.ts'
import { applyStrategicPatch, refuseStrategic } from '../patch/strategic.ts'
import { type Api, type Call, storageKey } from './api.ts'
import { create } from './create.ts'
import { badRequest, conflict, modifiedMeanwhile, notFound } from './errors.ts'
import { patchSchema } from './field-ownership.ts'
import type { ServedKind } from './served-kinds.ts'
import { update } from './update.ts'
import { toServed } from './versions.ts'

export type PatchBody =
  | { readonly type: 'json'; readonly patch: readonly object[] }
  | { readonly type: 'merge' | 'strategic'; readonly patch: object }
  | { readonly type: 'apply'; readonly patch: object; readonly force: boolean }

export interface PatchRequest {
  readonly key: ObjectKey
  readonly body: PatchBody
  readonly subresource?: 'status'
  readonly call: Call
}

export interface Patched {
  readonly object: KubeObject
  /** Only server-side apply makes what is not there. */
  readonly created: boolean
}

export function patch(api: Api, served: ServedKind, request: PatchRequest): Patched {
  const { key, body, call } = request
  const stored = api.store.collection(served.collection).get(storageKey(served, key))
  if (body.type === 'apply') return apply(api, served, { ...request, body, stored })
  if (stored === undefined) throw notFound(served.definition, key.name)
  const next = applyPatch(served, toServed(served, stored), body)
  const subresource = request.subresource === undefined ? {} : { subresource: request.subresource }
  return {
    object: update(api, served, { key, body: next, call, unconditional: true, ...subresource }),
    created: false,
  }
}

/** The document after the patch; works for whole objects and for their Scale. */
export function applyPatch(
  served: ServedKind,
  document: KubeObject,
  body: Exclude<PatchBody, { readonly type: 'apply' }>,
): unknown {
  switch (body.type) {
    case 'json':
      return applyJsonPatch(document, body.patch)
    case 'merge':
      return applyMergePatch(document, body.patch)
    case 'strategic':
      if (served.custom) throw refuseStrategic()
      return applyStrategicPatch(document, body.patch, patchSchema(served))
  }
}

interface ApplyRequest extends PatchRequest {
  readonly body: Extract<PatchBody, { readonly type: 'apply' }>
  readonly stored: KubeObject | undefined
}

function apply(api: Api, served: ServedKind, request: ApplyRequest): Patched {
  const { key, body, call, stored, subresource } = request
  const applied = configurationOf(served, body.patch, key)
  const { uid, resourceVersion } = applied.metadata
  if (stored === undefined && (subresource !== undefined || (uid ?? '') !== ''))
    throw notFound(served.definition, key.name)
  if (stored !== undefined && (resourceVersion ?? '') !== '' && resourceVersion !== stored.metadata.resourceVersion) {
    throw conflict(served.definition, key.name, modifiedMeanwhile)
  }
  const live = stored === undefined ? undefined : toServed(served, stored)
  const next = applyConfiguration({
    live,
    applied,
    manager: call.fieldManager,
    force: body.force,
    now: api.now(),
    schema: patchSchema(served),
    subresource,
    hasStatus: served.definition.hasStatus,
  })
  const managedFields = next.metadata.managedFields
  const ownership = managedFields === undefined ? {} : { managedFields }
  if (live === undefined) {
    const namespace = key.namespace === undefined ? {} : { namespace: key.namespace }
    return { object: create(api, served, { body: next, call, ...namespace, ...ownership }), created: true }
  }
  if (next === live) return { object: live, created: false }
  const of = subresource === undefined ? {} : { subresource }
  return {
    object: update(api, served, { key, body: next, call, unconditional: true, ...of, ...ownership }),
    created: false,
  }
}

/** What was sent, named as the URL names it. */
function configurationOf(served: ServedKind, body: object, key: ObjectKey): KubeObject {
  const given = body as { apiVersion?: unknown; kind?: unknown; metadata?: Record<string, unknown> }
  if (given.kind !== served.definition.kind || typeof given.apiVersion !== 'string') {
    throw badRequest(
      `the applied configuration must name apiVersion and kind ${served.definition.kind}, got kind ${JSON.stringify(given.kind)}`,
    )
  }
  const metadata = { ...given.metadata, name: given.metadata?.name ?? key.name }
  if (metadata.name !== key.name) {
    throw badRequest(
      `the name of the object (${String(metadata.name)}) does not match the name on the URL (${key.name})`,
    )
  }
  const namespace = key.namespace === undefined ? {} : { namespace: key.namespace }
  return { ...given, metadata: { ...metadata, ...namespace } } as KubeObject
}
