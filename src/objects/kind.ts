// What Fairway must know of a Kubernetes kind to store, validate, default and print it.
import type { KubeObject } from './object.ts'

/** Enough to address a collection: `/apis/<group>/<version>/<plural>`; group '' is the core group. */
export interface KindRef {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
}

/** `v1` for the core group, `apps/v1` for others. */
export function apiVersionOf(group: string, version: string): string {
  return group === '' ? version : `${group}/${version}`
}

/** `deployments.apps`, as messages and collections name a resource. */
export function resourceName(kind: { readonly group: string; readonly plural: string }): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`
}

/** A problem in one object; `path` is the way to the field, as in ['spec', 'ports', 0, 'port']. */
export interface FieldProblem {
  readonly path: readonly (string | number)[]
  readonly severity: 'error' | 'warning'
  /** As the API server words it: `Invalid value: 70000: must be between 1 and 65535, inclusive`. */
  readonly message: string
  readonly fix?: string
  /** Set when the schema has no such field: strict decoding refuses it, otherwise it is pruned with a warning. */
  readonly unknownField?: true
}

/** One column of the server-side table (`kubectl get`); `priority` 1 shows only with `-o wide`. */
export interface Column<T extends KubeObject = KubeObject> {
  readonly name: string
  readonly type: 'string' | 'integer' | 'date' | 'boolean'
  readonly format?: string
  readonly description?: string
  readonly priority?: 0 | 1
  /** Null prints as `<none>` or `<unknown>`, which kubectl decides. `now` is in ms since the epoch. */
  cell(object: T, now: number): string | number | boolean | null
}

/** The functions are methods, so that a list may hold definitions of different kinds (methods compare bivariantly). */
export interface KindDefinition<T extends KubeObject = KubeObject> extends KindRef {
  readonly singular: string
  readonly listKind: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  /** Name of the definition in the generated schemas, e.g. `io.k8s.api.core.v1.Service`. */
  readonly schema: string
  /** Other versions of this group under which the same object is served, e.g. `v2alpha1`. */
  readonly alsoServed?: readonly string[]
  readonly hasStatus: boolean
  readonly scale?: {
    readonly specReplicasPath: string
    readonly statusReplicasPath: string
    readonly labelSelectorPath?: string
  }
  /** The verbs served; absent means all. */
  readonly verbs?: readonly string[]
  /** Fields of the real API server's defaulting, filled in; returns the same object when nothing was missing. */
  defaults(object: T): T
  /** What the schema cannot say. `old` is given on update, for immutable fields. */
  validate?(object: T, old?: T): readonly FieldProblem[]
  readonly columns: readonly Column<T>[]
  /** Fields that `--field-selector` accepts besides metadata.name and metadata.namespace. */
  fields?(object: T): Readonly<Record<string, string>>
}
