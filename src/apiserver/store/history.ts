// Which changes of one collection can still be replayed, so that a watch resumes where it stopped.
import { ApiError } from '../../objects/api-error.ts'
import type { KubeObject } from '../../objects/object.ts'

export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly revision: number
  /** `namespace/name` or `name`. */
  readonly key: string
  /** After the change; for DELETED the last state, stamped with the revision of the deletion. */
  readonly object: KubeObject
  /** Before the change; absent for ADDED. */
  readonly previous?: KubeObject
}

/** A ring of the newest changes; older ones are forgotten, and asking for them is an error (410). */
export class History {
  readonly #capacity: number
  readonly #changes: Change[] = []
  #start = 0
  /** Changes up to this revision are no longer known. */
  #forgotten: number

  constructor(capacity: number, forgotten: number) {
    this.#capacity = capacity
    this.#forgotten = forgotten
  }

  push(change: Change): void {
    this.#changes.push(change)
    if (this.#changes.length - this.#start <= this.#capacity) return
    this.#forgotten = this.#changes[this.#start]?.revision ?? this.#forgotten
    this.#start += 1
    // Cutting the front off on every push would cost the whole length each time.
    if (this.#start >= this.#capacity) {
      this.#changes.splice(0, this.#start)
      this.#start = 0
    }
  }

  /** Everything after `revision`, oldest first. Throws Expired when part of that was forgotten. */
  since(revision: number): readonly Change[] {
    if (revision < this.#forgotten) {
      throw new ApiError(410, 'Expired', `too old resource version: ${revision} (${this.#forgotten})`)
    }
    let low = this.#start
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#changes[middle]?.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return this.#changes.slice(low)
  }
}
