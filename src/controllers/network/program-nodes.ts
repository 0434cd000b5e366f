// How do the kernels of all nodes follow the Network?
import { type Applied, type Applier, createApplier } from '../../dataplane/nftables/apply.ts'
import { compileNode } from '../../dataplane/nftables/compile.ts'
import { removeStaleUdp } from '../../dataplane/nftables/conntrack.ts'
import { Pace } from '../../dataplane/nftables/pace.ts'
import type { NodePlan } from '../../dataplane/nftables/plan.ts'
import { stalenessTest } from '../../dataplane/nftables/stale-udp.ts'
import type { Network } from '../../network/model.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import type { Problem } from '../framework/context.ts'
import type { NetworkSource } from './start-network.ts'

export interface ProgramNodesOptions {
  /** The machine of a node; undefined as long as it does not run. */
  readonly namespaceOf: (node: string) => NetNamespace | undefined
  readonly onApplied?: (applied: Applied) => void
  readonly onProblem?: (problem: Problem) => void
}

export interface NodePrograms extends AsyncDisposable {
  /** Resolves when every node's kernel has the Network as it is now. */
  settled(): Promise<void>
  /** To be called when a machine came or went without the Network changing. */
  refresh(): void
}

/** Nodes are independent: one that fails is retried and keeps its last rules, the others go on. */
export function programNodes(network: NetworkSource, options: ProgramNodesOptions): NodePrograms {
  const { namespaceOf, onApplied, onProblem } = options
  const pace = new Pace()
  const appliers = new Map<string, { readonly applier: Applier; readonly namespace: NetNamespace }>()
  const plans = new Map<string, NodePlan>()
  const endings = new Set<Promise<void>>()

  function end(node: string): void {
    const held = appliers.get(node)
    appliers.delete(node)
    plans.delete(node)
    if (held === undefined) return
    const ending = close(held.applier)
    endings.add(ending)
    void ending.then(() => endings.delete(ending))
  }

  function applierOf(node: string, namespace: NetNamespace): Applier {
    const held = appliers.get(node)
    if (held?.namespace === namespace) return held.applier
    end(node)
    const where = `nftables ${node}`
    const applier = createApplier({
      node,
      namespace,
      pace,
      onFailure: (why, againInMs) => onProblem?.({ where, error: new Error(why), againInMs }),
      onApplied(applied, plan, before) {
        try {
          const isStale = stalenessTest(before, plan)
          if (isStale !== undefined) removeStaleUdp(namespace, isStale)
        } catch (error) {
          onProblem?.({ where: `${where}: stale UDP`, error, againInMs: 0 })
        }
        onApplied?.(applied)
      },
    })
    appliers.set(node, { applier, namespace })
    return applier
  }

  let latest: Network | undefined

  function refresh(): void {
    const current = latest
    if (current === undefined) return
    const names = new Set(current.nodes.map(({ name }) => name))
    for (const node of appliers.keys()) if (!names.has(node)) end(node)
    for (const node of names) {
      const namespace = namespaceOf(node)
      if (namespace === undefined) {
        end(node)
        continue
      }
      const applier = applierOf(node, namespace)
      const plan = compileNode(current, node, plans.get(node))
      if (plan === undefined) continue
      plans.set(node, plan)
      applier.want(plan)
    }
  }

  const unsubscribe = network.onChange(next => {
    latest = next
    refresh()
  })
  return {
    refresh,
    async settled() {
      await Promise.all([...appliers.values()].map(({ applier }) => applier.settled()))
    },
    async [Symbol.asyncDispose]() {
      unsubscribe()
      for (const node of [...appliers.keys()]) end(node)
      await Promise.all(endings)
    },
  }
}

async function close(applier: Applier): Promise<void> {
  await applier[Symbol.asyncDispose]()
}
