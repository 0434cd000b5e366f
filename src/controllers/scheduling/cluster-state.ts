// Which pods stand on which node, those included whose binding is still on its way?

import type { Node } from '../../objects/kinds/node.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import { parseQuantity } from '../../objects/quantity.ts'
import { controllerOf } from '../framework/owner-references.ts'
import { isPodFinished } from '../framework/pod-state.ts'

/** In billionths of a core and of a byte. */
export interface Resources {
  readonly cpu: bigint
  readonly memory: bigint
}

export interface NodeState {
  readonly node: Node
  /** By `namespace/name`. */
  readonly pods: ReadonlyMap<string, Pod>
  /** Pods per controlling owner's uid. */
  readonly perOwner: ReadonlyMap<string, number>
  readonly requested: Resources
}

interface MutableNodeState {
  node: Node
  readonly pods: Map<string, Pod>
  readonly perOwner: Map<string, number>
  requested: Resources
}

export class ClusterState {
  readonly #nodes = new Map<string, MutableNodeState>()
  /** Pods bound to nodes that are not, or no longer, known. */
  readonly #placed = new Map<string, { readonly pod: Pod; readonly nodeName: string }>()
  /** Few pods keep others away, and every new pod must ask them. */
  readonly #repelling = new Map<string, { readonly pod: Pod; readonly nodeName: string }>()
  #sorted: readonly NodeState[] | undefined

  /** By name, so that ties always fall the same way. */
  get nodes(): readonly NodeState[] {
    this.#sorted ??= [...this.#nodes.values()].sort((a, b) => (a.node.metadata.name < b.node.metadata.name ? -1 : 1))
    return this.#sorted
  }

  node(name: string): NodeState | undefined {
    return this.#nodes.get(name)
  }

  /** Placed pods with a required anti-affinity of their own. */
  get repelling(): Iterable<{ readonly pod: Pod; readonly nodeName: string }> {
    return this.#repelling.values()
  }

  setNode(node: Node): void {
    const held = this.#nodes.get(node.metadata.name)
    if (held !== undefined) {
      held.node = node
      return
    }
    this.#sorted = undefined
    const state = { node, pods: new Map(), perOwner: new Map(), requested: { cpu: 0n, memory: 0n } }
    this.#nodes.set(node.metadata.name, state)
    for (const [key, { pod, nodeName }] of this.#placed) if (nodeName === node.metadata.name) add(state, key, pod)
  }

  removeNode(name: string): void {
    this.#sorted = undefined
    this.#nodes.delete(name)
  }

  /** Takes in the pod as it is now; a pod without a node or with its work done occupies nothing. */
  setPod(key: string, pod: Pod): void {
    const nodeName = pod.spec?.nodeName
    const held = this.#placed.get(key)
    if (nodeName === undefined || nodeName === '' || isPodFinished(pod)) {
      if (held !== undefined) this.removePod(key)
      return
    }
    if (held !== undefined) this.removePod(key)
    this.#placed.set(key, { pod, nodeName })
    if (pod.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.length) {
      this.#repelling.set(key, { pod, nodeName })
    }
    const state = this.#nodes.get(nodeName)
    if (state !== undefined) add(state, key, pod)
  }

  removePod(key: string): void {
    const held = this.#placed.get(key)
    if (held === undefined) return
    this.#placed.delete(key)
    this.#repelling.delete(key)
    const state = this.#nodes.get(held.nodeName)
    if (state !== undefined) subtract(state, key, held.pod)
  }
}

/** What the pod reserves: the sum of its containers, or its largest init container. */
export function requestsOf(pod: Pod): Resources {
  const containers = pod.spec?.containers ?? []
  const inits = pod.spec?.initContainers ?? []
  const sidecars = inits.filter(({ restartPolicy }) => restartPolicy === 'Always')
  const total = (name: 'cpu' | 'memory') => {
    const one = (container: (typeof containers)[number]) => amountOf(container.resources?.requests?.[name])
    const running = [...containers, ...sidecars].reduce((sum, container) => sum + one(container), 0n)
    const [largest = 0n] = [running, ...inits.map(one)].sort((a, b) => (a > b ? -1 : 1))
    return largest + amountOf(pod.spec?.overhead?.[name])
  }
  return { cpu: total('cpu'), memory: total('memory') }
}

/** Nothing for what is no quantity, which the API server does not let in. */
export function amountOf(value: string | number | undefined): bigint {
  return value === undefined ? 0n : (parseQuantity(value) ?? 0n)
}

function add(state: MutableNodeState, key: string, pod: Pod): void {
  state.pods.set(key, pod)
  shift(state, pod, 1)
}

function subtract(state: MutableNodeState, key: string, pod: Pod): void {
  if (state.pods.delete(key)) shift(state, pod, -1)
}

function shift(state: MutableNodeState, pod: Pod, sign: 1 | -1): void {
  const { cpu, memory } = requestsOf(pod)
  const factor = BigInt(sign)
  state.requested = { cpu: state.requested.cpu + factor * cpu, memory: state.requested.memory + factor * memory }
  const owner = controllerOf(pod)?.uid
  if (owner === undefined) return
  const count = (state.perOwner.get(owner) ?? 0) + sign
  if (count === 0) state.perOwner.delete(owner)
  else state.perOwner.set(owner, count)
}
