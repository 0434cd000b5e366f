// Which UDP conversations still go to a backend that their Service has lost? A client that keeps its port would never notice.
import type { Address } from '../../net/address.ts'
import { changedServices } from './diff.ts'
import type { FrontendPlan, NodePlan } from './plan.ts'

/** A conversation as the kernel tracks it: where the client sent to, and who answers. */
export interface Conversation {
  readonly to: Address
  readonly toPort: number
  readonly answeredBy: Address
  readonly answeredFrom: number
}

/** Tells whether a conversation leads to a backend that is none any more. Undefined when no such can exist. */
export type StalenessTest = (conversation: Conversation) => boolean

/**
 * Looks at UDP frontends that came, went, or changed their backends. One that is new counts as well: before it came,
 * its packets went elsewhere, and the kernel remembers. From nothing, every UDP frontend counts.
 */
export function stalenessTest(before: NodePlan | undefined, after: NodePlan): StalenessTest | undefined {
  const current = new Map<string, ReadonlySet<string>>()
  for (const [old, next] of changedServices(before?.services ?? [], after.services)) {
    const held = new Map(old?.frontends.map(frontend => [frontend.id, frontend]))
    for (const frontend of next?.frontends ?? []) {
      if (frontend.protocol !== 'UDP') continue
      const past = held.get(frontend.id)
      held.delete(frontend.id)
      if (past !== undefined && losesNothing(past, frontend)) continue
      current.set(place(frontend.address, frontend.port), backendsOf(frontend))
    }
    for (const gone of held.values()) {
      // The place may have passed to another Service in the same change.
      if (gone.protocol === 'UDP' && !current.has(place(gone.address, gone.port))) {
        current.set(place(gone.address, gone.port), nobody)
      }
    }
  }
  if (current.size === 0) return undefined
  return ({ to, toPort, answeredBy, answeredFrom }) => {
    const backends = current.get(place(to, toPort))
    return backends !== undefined && !backends.has(place(answeredBy, answeredFrom))
  }
}

const nobody: ReadonlySet<string> = new Set()

function backendsOf({ backends, outside }: FrontendPlan): ReadonlySet<string> {
  return new Set([...backends, ...(outside ?? [])].map(({ address, port }) => place(address, port)))
}

/** Every backend that conversations may lead to is still there. Where there was none, packets were refused, and nothing is remembered. */
function losesNothing(past: FrontendPlan, next: FrontendPlan): boolean {
  if (past === next) return true
  const after = backendsOf(next)
  return [...backendsOf(past)].every(backend => after.has(backend))
}

function place(address: Address, port: number): string {
  return `${address} ${port}`
}
