// What every Kubernetes object has in common. Objects are immutable: change one by making another.

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

export interface ManagedFieldsEntry {
  readonly manager?: string
  readonly operation?: string
  readonly apiVersion?: string
  readonly time?: string
  readonly fieldsType?: string
  readonly fieldsV1?: object
  readonly subresource?: string
}

export interface ObjectMeta {
  readonly name: string
  readonly generateName?: string
  readonly namespace?: string
  readonly uid?: string
  readonly resourceVersion?: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly OwnerReference[]
  readonly finalizers?: readonly string[]
  readonly managedFields?: readonly ManagedFieldsEntry[]
}

/** Any object as it travels; the files in `kinds/` narrow it. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
}

/** A type of the `kubernetes-models` packages with every field readonly, all the way down. */
export type Immutable<T> = unknown extends T ? T : { readonly [K in keyof T]: Immutable<T[K]> }

/** Names one object of a known kind. */
export interface ObjectKey {
  readonly namespace?: string
  readonly name: string
}

/** `namespace/name`, or `name` for a cluster-scoped object. */
export function keyOf(object: { readonly metadata: { readonly namespace?: string; readonly name: string } }): string {
  const { namespace, name } = object.metadata
  return namespace === undefined ? name : `${namespace}/${name}`
}

/** `Kind/namespace/name`, as diagnostics and logs name it. */
export function describeObject(object: KubeObject): string {
  return `${object.kind}/${keyOf(object)}`
}
