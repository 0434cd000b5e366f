// Which objects belong to an owner: which does it take over, and which does it let go?
import type { KindRef } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/object.ts'
import { type LabelSelector, matchesLabels } from '../../objects/selector.ts'
import { controllerOf, controllerReference } from '../framework/owner-references.ts'
import { isTerminating, type Writer } from '../framework/writer.ts'

export interface Claims<T extends KubeObject> {
  /** Controlled by the owner and matching its selector. */
  readonly owned: readonly T[]
  /** Matching, and controlled by nobody. */
  readonly adopt: readonly T[]
  /** Controlled by the owner, but no longer matching. */
  readonly release: readonly T[]
}

/** An owner on its way out neither takes nor lets go: the garbage collector decides what follows it. */
export function decideClaims<T extends KubeObject>(
  owner: KubeObject,
  selector: LabelSelector | undefined,
  candidates: Iterable<T>,
): Claims<T> {
  const claims = { owned: [] as T[], adopt: [] as T[], release: [] as T[] }
  for (const object of candidates) {
    const controller = controllerOf(object)
    const matches = matchesLabels(selector, object.metadata.labels)
    if (controller !== undefined) {
      if (controller.uid !== owner.metadata.uid) continue
      if (matches) claims.owned.push(object)
      else if (!isTerminating(owner)) claims.release.push(object)
    } else if (matches && !isTerminating(owner) && !isTerminating(object)) {
      claims.adopt.push(object)
    }
  }
  return claims
}

/** Carries the claims out and returns everything that is owned afterwards. */
export async function settleClaims<T extends KubeObject>(
  writer: Writer,
  claims: Claims<T>,
  { kind, ownerKind, owner }: { readonly kind: KindRef; readonly ownerKind: KindRef; readonly owner: KubeObject },
): Promise<readonly T[]> {
  if (claims.adopt.length === 0 && claims.release.length === 0) return claims.owned
  const adopted = await Promise.all(
    claims.adopt.map(object => {
      const ownerReferences = [...(object.metadata.ownerReferences ?? []), controllerReference(ownerKind, owner)]
      return writer.change(kind, object, { ...object, metadata: { ...object.metadata, ownerReferences } })
    }),
  )
  await Promise.all(
    claims.release.map(object => {
      const ownerReferences = object.metadata.ownerReferences?.filter(({ uid }) => uid !== owner.metadata.uid) ?? []
      return writer.change(kind, object, { ...object, metadata: { ...object.metadata, ownerReferences } })
    }),
  )
  return [...claims.owned, ...adopted]
}

/** Index value of a cache: the namespace of objects that nobody controls, who may be adopted. */
export function orphanNamespace(object: KubeObject): readonly string[] {
  return controllerOf(object) === undefined ? [object.metadata.namespace ?? ''] : []
}
