// Who owns an object, and how does an owner mark what it makes?
import type { KindRef } from '../../objects/kind.ts'
import { apiVersionOf } from '../../objects/kind.ts'
import type { KubeObject, OwnerReference } from '../../objects/object.ts'

/** The one owner that manages the object, if any. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(reference => reference.controller === true)
}

export function isControlledBy(object: KubeObject, owner: KubeObject): boolean {
  return controllerOf(object)?.uid === owner.metadata.uid
}

/** What an owner writes into the objects it manages. */
export function controllerReference(kind: KindRef, owner: KubeObject): OwnerReference {
  return {
    apiVersion: apiVersionOf(kind.group, kind.version),
    kind: kind.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  }
}

/** Index value of a cache: the uid of the controlling owner. */
export function ownerUids(object: KubeObject): readonly string[] {
  const owner = controllerOf(object)
  return owner === undefined ? [] : [owner.uid]
}

/** Index value of a cache: the namespace. */
export function namespaceOf(object: KubeObject): readonly string[] {
  return [object.metadata.namespace ?? '']
}
