// How a long list is read in pages that all show the same moment.
import { ApiError } from '../../objects/api-error.ts'
import type { Entry } from '../store/collection.ts'
import { badRequest } from './errors.ts'

export interface Page {
  /** The collection and, if only one was read, the namespace: a token is good for this alone. */
  readonly scope: string
  readonly entries: readonly Entry[]
  readonly revision: number
  /** Index of the first entry of the next page. */
  readonly position: number
}

/**
 * Remembers the list that a `continue` token goes on with. Objects are immutable and shared with the store, so
 * a remembered list costs little; the oldest is forgotten when there are too many, and its token is then answered 410.
 */
export class Pages {
  readonly #lists = new Map<string, Omit<Page, 'position'>>()
  readonly #tokens = new Map<readonly Entry[], string>()
  readonly #capacity: number
  readonly #randomUUID: () => string

  constructor(options: { readonly randomUUID: () => string; readonly capacity?: number }) {
    this.#randomUUID = options.randomUUID
    // Each keeps alive what its objects were like at the time.
    this.#capacity = options.capacity ?? 16
  }

  keep(page: Page): string {
    let id = this.#tokens.get(page.entries)
    if (id === undefined) {
      id = this.#randomUUID()
      this.#tokens.set(page.entries, id)
      this.#lists.set(id, { scope: page.scope, entries: page.entries, revision: page.revision })
      this.#forgetOldest()
    }
    return Buffer.from(JSON.stringify({ v: 'fairway/1', list: id, position: page.position })).toString('base64url')
  }

  resume(token: string, scope: string): Page {
    const { list, position } = decode(token)
    const remembered = this.#lists.get(list)
    if (remembered !== undefined && remembered.scope !== scope) {
      throw badRequest('continue key is not valid: it was made for a list of something else')
    }
    if (remembered === undefined) {
      throw new ApiError(
        410,
        'Expired',
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
      )
    }
    return { ...remembered, position }
  }

  #forgetOldest(): void {
    for (const [id, list] of this.#lists) {
      if (this.#lists.size <= this.#capacity) return
      this.#lists.delete(id)
      this.#tokens.delete(list.entries)
    }
  }
}

function decode(token: string): { list: string; position: number } {
  try {
    const value = JSON.parse(Buffer.from(token, 'base64url').toString()) as { list?: unknown; position?: unknown }
    if (typeof value.list === 'string' && Number.isInteger(value.position) && Number(value.position) >= 0) {
      return { list: value.list, position: Number(value.position) }
    }
  } catch {
    // Falls through: what is no JSON is no token of ours either.
  }
  throw badRequest('continue key is not valid: it was not made by this server')
}
