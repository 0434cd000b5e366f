// What is done with a connection to a Service: a small vocabulary whose words are chains, few however many Services there are.
import type { FrontendPlan } from './plan.ts'

/** Set in the packet mark when the client's address must be kept; the other bits are the number of the backend. */
export const keepSourceBit = 0x8000_0000

/** Draws a number from `base` to `base + count - 1`; with `stickySeconds` only when the client has none yet. */
export interface Pick {
  readonly kind: 'pick'
  readonly count: number
  readonly base: 0 | typeof keepSourceBit
  readonly stickySeconds?: number
}

export interface Refuse {
  readonly kind: 'refuse'
}

export interface Drop {
  readonly kind: 'drop'
}

/** Clients inside the cluster one way, all others another way. */
export interface Split {
  readonly kind: 'split'
  readonly inside: Pick | Refuse
  readonly outside: Pick | Refuse | Drop
}

/** Clients outside the cluster must come from an allowed range. */
export interface Guard {
  readonly kind: 'guard'
  readonly next: Pick | Refuse | Drop | Split
}

export type Verdict = Pick | Refuse | Drop | Split | Guard

export function verdictOf(frontend: FrontendPlan): Verdict {
  const { backends, outside, allowed, stickySeconds } = frontend
  const inside = pick(backends.length, 0, stickySeconds)
  const open = outside === undefined ? inside : split(inside, outside.length, stickySeconds)
  return allowed === undefined || open.kind === 'refuse' ? open : { kind: 'guard', next: open }
}

function pick(count: number, base: Pick['base'], stickySeconds: number | undefined): Pick | Refuse {
  if (count === 0) return { kind: 'refuse' }
  return { kind: 'pick', count, base, ...(stickySeconds === undefined ? {} : { stickySeconds }) }
}

/**
 * Without any endpoint everybody is refused. With endpoints on other nodes only, a client outside is dropped: a refusal
 * would be final, while its retry may reach a node that serves it.
 */
function split(inside: Pick | Refuse, outsideCount: number, stickySeconds: number | undefined): Split | Refuse {
  if (inside.kind === 'refuse') return inside
  return {
    kind: 'split',
    inside,
    outside: outsideCount === 0 ? { kind: 'drop' } : pick(outsideCount, keepSourceBit, stickySeconds),
  }
}
