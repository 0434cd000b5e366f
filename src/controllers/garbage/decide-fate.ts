// May an object live on, given what has become of its owners?
import type { KubeObject, OwnerReference } from '../../objects/object.ts'

export type OwnerState =
  /** Alive, or being deleted in a way that does not wait for its dependents. */
  | 'solid'
  /** Being deleted in the foreground: it waits until its dependents are gone. */
  | 'waiting'
  /** Verified: no object with this uid is there. */
  | 'absent'
  /** Its kind cannot be asked for, so nothing may be concluded. */
  | 'unknown'

export type Fate =
  | { readonly kind: 'stay' }
  /** Some owner lives: only the references to the others are dropped. */
  | { readonly kind: 'detach'; readonly keep: readonly OwnerReference[] }
  | { readonly kind: 'delete'; readonly propagation: 'Background' | 'Foreground' | 'Orphan' }

export interface FateFacts {
  readonly stateOf: (reference: OwnerReference) => OwnerState
  readonly hasDependents: boolean
}

export function decideFate(object: KubeObject, { stateOf, hasDependents }: FateFacts): Fate {
  const references = object.metadata.ownerReferences ?? []
  if (references.length === 0 || object.metadata.deletionTimestamp !== undefined) return { kind: 'stay' }
  const states = references.map(reference => ({ reference, state: stateOf(reference) }))
  const keep = states.filter(({ state }) => state === 'solid' || state === 'unknown').map(({ reference }) => reference)
  if (keep.length === references.length) return { kind: 'stay' }
  if (keep.length > 0) return { kind: 'detach', keep }
  const finalizers = object.metadata.finalizers ?? []
  if (finalizers.includes('orphan')) return { kind: 'delete', propagation: 'Orphan' }
  // A waiting owner waits for the whole tree below it, so the deletion goes on in the same manner.
  const isAwaited = states.some(({ reference, state }) => state === 'waiting' && reference.blockOwnerDeletion === true)
  const isForeground = (isAwaited && hasDependents) || finalizers.includes('foregroundDeletion')
  return { kind: 'delete', propagation: isForeground ? 'Foreground' : 'Background' }
}
