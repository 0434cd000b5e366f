// How does a plan get into a node's kernel: all of it at first, then differences, each in one transaction?
import type { NetNamespace } from '../../sys/namespace.ts'
import { change, type Loaded, loadAll, type Transaction } from './diff.ts'
import { type NftSession, openNft } from './libnftables.ts'
import { Pace } from './pace.ts'
import type { NodePlan } from './plan.ts'
import { removedTable } from './serialize.ts'

export interface Applied {
  readonly node: string
  readonly elements: number
  /** From the moment the plan was wanted to the moment the kernel used it. */
  readonly latencyMs: number
  /** The part of it that the kernel and nft took. */
  readonly applyMs: number
  readonly full: boolean
}

export interface ApplierOptions {
  readonly node: string
  readonly namespace: Pick<NetNamespace, 'inside' | 'run'>
  /** Changes that come within this time travel together. Default 3; longer while the pace is high. */
  readonly gatherMs?: number
  /** Shared with the appliers of the other nodes; one of its own otherwise. */
  readonly pace?: Pace
  /** Called after the kernel has a plan, with the one before it; the place to deal with connections of lost backends. */
  readonly onApplied?: (applied: Applied, plan: NodePlan, before: NodePlan | undefined) => void
  /** The old rules are still in force; it is tried again after `againInMs`. */
  readonly onFailure?: (why: string, againInMs: number) => void
}

export interface Applier extends AsyncDisposable {
  /** The plan that the kernel should have; a later call replaces an earlier one. */
  want(plan: NodePlan): void
  /** What the kernel has. */
  readonly current: NodePlan | undefined
  /** Resolves when the kernel has what was last wanted; goes on waiting through failures. */
  settled(): Promise<void>
  /** Removes everything of ours from the kernel. */
  clear(): Promise<void>
}

const loadTimeoutMs = 60_000
const firstBackoffMs = 50
const longestBackoffMs = 10_000
/** Longer texts go to the program: parsing them would keep the daemon's thread, and their memory would stay with it. */
const longestInline = 64_000

export function createApplier(options: ApplierOptions): Applier {
  const { node, namespace, gatherMs = 3, pace = new Pace(), onApplied, onFailure } = options
  let session: NftSession | undefined
  let loaded: Loaded | undefined
  let wanted: NodePlan | undefined
  let wantedAt = 0
  let working: Promise<void> | undefined
  let backoffMs = firstBackoffMs
  const stop = new AbortController()

  async function execute({ commands }: Transaction): Promise<string | undefined> {
    if (commands === '') return undefined
    if (commands.length <= longestInline) {
      session ??= openNft(work => namespace.inside(work))
      if (session !== undefined) return session.run(commands)
    }
    const result = await namespace.run('nft', ['-f', '-'], { input: commands, timeoutMs: loadTimeoutMs })
    return result.exitCode === 0 ? undefined : result.stderr.trim()
  }

  /** A plan that cannot be written is a failure like one that the kernel refuses: the old rules stay. */
  async function attempt(
    plan: NodePlan,
    before: Loaded | undefined,
  ): Promise<{ readonly transaction: Transaction } | { readonly why: string }> {
    try {
      const transaction = before === undefined ? loadAll(plan) : change(before, plan)
      const why = await execute(transaction)
      return why === undefined ? { transaction } : { why }
    } catch (error) {
      return { why: String(error) }
    }
  }

  async function once(): Promise<void> {
    const plan = wanted
    if (plan === undefined || loaded?.plan === plan) return
    const [before, since] = [loaded, wantedAt]
    const startedAt = performance.now()
    const full = before === undefined
    const outcome = await attempt(plan, before)
    const now = performance.now()
    pace.spend(now - startedAt, now)
    if ('why' in outcome) {
      const { why } = outcome
      // Whatever differs from what we believe, a full load mends it.
      loaded = undefined
      tell(() => onFailure?.(why, full ? backoffMs : 0))
      if (full) await sleep(backoffMs, stop.signal)
      backoffMs = full ? Math.min(backoffMs * 2, longestBackoffMs) : firstBackoffMs
      return
    }
    const { transaction } = outcome
    backoffMs = firstBackoffMs
    loaded = transaction.after
    const applied = { node, elements: transaction.elements, latencyMs: now - since, applyMs: now - startedAt, full }
    tell(() => onApplied?.(applied, plan, before?.plan))
  }

  async function work(): Promise<void> {
    while (!stop.signal.aborted && wanted !== undefined && loaded?.plan !== wanted) {
      await sleep(pace.waitMs(gatherMs, performance.now()), stop.signal)
      await once()
    }
    working = undefined
  }

  return {
    get current() {
      return loaded?.plan
    },
    want(plan) {
      if (plan === wanted) return
      if (loaded?.plan === wanted || wanted === undefined) wantedAt = performance.now()
      wanted = plan
      working ??= work()
    },
    async settled() {
      while (working !== undefined) await working
    },
    async clear() {
      wanted = undefined
      while (working !== undefined) await working
      loaded = undefined
      const result = await namespace.run('nft', ['-f', '-'], { input: removedTable() })
      if (result.exitCode !== 0) throw new Error(`cannot remove the rules of node ${node}: ${result.stderr.trim()}`)
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      while (working !== undefined) await working
      session?.[Symbol.dispose]()
    },
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) return Promise.resolve()
  const finish = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', finish)
    resolve()
  }
  const timer = setTimeout(finish, ms)
  signal.addEventListener('abort', finish, { once: true })
  return promise
}

/** A bug of who listens is reported as such, and does not keep the rules from being applied. */
function tell(listener: () => void): void {
  try {
    listener()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
