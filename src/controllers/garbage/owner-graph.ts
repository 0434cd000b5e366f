// Who is there, and who depends on whom, over all kinds?
import type { KindRef } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/object.ts'

export interface GraphNode {
  readonly kind: KindRef
  readonly object: KubeObject
}

export class OwnerGraph {
  /** By uid. */
  readonly #nodes = new Map<string, GraphNode>()
  /** Uids of the dependents by the owner's uid; owners need not be known. */
  readonly #dependents = new Map<string, Set<string>>()

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid)
  }

  dependentsOf(uid: string): readonly GraphNode[] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap(dependent => this.#nodes.get(dependent) ?? [])
  }

  set(kind: KindRef, object: KubeObject): void {
    const uid = object.metadata.uid ?? ''
    const held = this.#nodes.get(uid)
    if (held?.object.metadata.ownerReferences !== object.metadata.ownerReferences) {
      if (held !== undefined) this.#unlink(uid, held.object)
      for (const owner of object.metadata.ownerReferences ?? []) {
        const dependents = this.#dependents.get(owner.uid) ?? new Set()
        this.#dependents.set(owner.uid, dependents.add(uid))
      }
    }
    this.#nodes.set(uid, { kind, object })
  }

  delete(object: KubeObject): void {
    const uid = object.metadata.uid ?? ''
    const held = this.#nodes.get(uid)
    if (held === undefined) return
    this.#nodes.delete(uid)
    this.#unlink(uid, held.object)
  }

  #unlink(uid: string, object: KubeObject): void {
    for (const owner of object.metadata.ownerReferences ?? []) {
      const dependents = this.#dependents.get(owner.uid)
      dependents?.delete(uid)
      if (dependents?.size === 0) this.#dependents.delete(owner.uid)
    }
  }
}
