// In which small ways kinds differ when they are written: generation, status on create, unconditional update.
import type { KubeObject } from '../../objects/object.ts'
import { sameJson } from '../../objects/same.ts'
import type { ServedKind } from './served-kinds.ts'

/** Kinds whose objects upstream gives no `metadata.generation`. */
const withoutGeneration = new Set([
  'configmaps',
  'secrets',
  'services',
  'nodes',
  'namespaces',
  'serviceaccounts',
  'endpoints',
  'events',
  'leases.coordination.k8s.io',
])

export function countsGenerations(served: ServedKind): boolean {
  return !withoutGeneration.has(served.collection)
}

/** A kubelet registers its Node with a status; every other kind starts without the one it was sent. */
export function keepsStatusOnCreate(served: ServedKind): boolean {
  return !served.definition.hasStatus || served.collection === 'nodes'
}

/** Whether a PUT without resourceVersion overwrites whatever is there. Custom resources must name a version. */
export function allowsUnconditionalUpdate(served: ServedKind): boolean {
  return !served.custom
}

/** Whether anything besides metadata and status differs: what `metadata.generation` counts. */
export function specDiffers(before: KubeObject, after: KubeObject): boolean {
  return !sameJson(withoutMetadataAndStatus(before), withoutMetadataAndStatus(after))
}

function withoutMetadataAndStatus(object: KubeObject): object {
  const { metadata: _metadata, status: _status, ...rest } = object as KubeObject & { status?: unknown }
  return rest
}

/** The object with the status of another; without one when that has none. */
export function withStatusOf(object: KubeObject, other: KubeObject | undefined): KubeObject {
  const { status: _status, ...rest } = object as KubeObject & { status?: unknown }
  const status = other === undefined ? undefined : (other as { status?: unknown }).status
  return status === undefined ? rest : ({ ...rest, status } as KubeObject)
}
