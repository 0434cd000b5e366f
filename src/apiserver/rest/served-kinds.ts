// Which kinds the server serves right now: the built-in ones, and those that CustomResourceDefinitions add.
import type { KindDefinition } from '../../objects/kind.ts'
import { apiVersionOf } from '../../objects/kind.ts'
import type { Schema } from '../../objects/schema.ts'

/** One version of one resource, as requests address it. */
export interface ServedKind {
  readonly definition: KindDefinition
  /** The version its objects are stored under; the same for all served versions of a resource. */
  readonly storageVersion: string
  /** Where its objects are kept: `pods`, `deployments.apps`. */
  readonly collection: string
  /** Undefined when nothing is known of its fields; every field is then kept. */
  readonly schema: () => Schema | undefined
  /** A custom resource: of a CustomResourceDefinition, or of a kind that comes as one upstream. */
  readonly custom: boolean
}

export class ServedKinds {
  readonly #byPath = new Map<string, ServedKind>()
  readonly #onChange = new Set<() => void>()
  #generation = 0

  /** Grows with every change; caches of discovery and OpenAPI documents compare it. */
  get generation(): number {
    return this.#generation
  }

  all(): Iterable<ServedKind> {
    return this.#byPath.values()
  }

  find(group: string, version: string, plural: string): ServedKind | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`)
  }

  findKind(apiVersion: string, kind: string): ServedKind | undefined {
    for (const served of this.#byPath.values()) {
      if (
        served.definition.kind === kind &&
        apiVersionOf(served.definition.group, served.definition.version) === apiVersion
      )
        return served
    }
    return undefined
  }

  /** Every served version of the resource that is kept in this collection. */
  ofCollection(collection: string): readonly ServedKind[] {
    return [...this.#byPath.values()].filter(served => served.collection === collection)
  }

  /** Serves exactly these versions of the collection from now on; none stops serving it. */
  replace(collection: string, kinds: readonly ServedKind[]): void {
    for (const [path, served] of this.#byPath) if (served.collection === collection) this.#byPath.delete(path)
    for (const served of kinds) {
      const { group, version, plural } = served.definition
      this.#byPath.set(`${group}/${version}/${plural}`, served)
    }
    this.#generation += 1
    for (const callback of this.#onChange) callback()
  }

  /** Calls back after every change, until the returned function is called. */
  onChange(callback: () => void): () => void {
    this.#onChange.add(callback)
    return () => void this.#onChange.delete(callback)
  }
}
