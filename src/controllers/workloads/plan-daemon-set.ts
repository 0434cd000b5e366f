// On which nodes does a DaemonSet run, and which of its pods come or go next?
import type { DaemonSet } from '../../objects/kinds/daemon-set.ts'
import type { Node } from '../../objects/kinds/node.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import { parseTime } from '../../objects/time.ts'
import { isPodAvailable, isPodFinished, isPodReady, isPodTerminating } from '../framework/pod-state.ts'
import { matchesNodeSelection } from '../scheduling/node-selector.ts'
import { type Toleration, untolerated } from '../scheduling/taints.ts'
import { resolveIntOrPercent } from './int-or-percent.ts'
import type { PodTemplate } from './pod-from-template.ts'
import { revisionLabel } from './revisions.ts'

const key = (name: string) => `node.kubernetes.io/${name}`

/** What every daemon puts up with: it is there for the node, also when the node is in trouble. */
const daemonTolerations: readonly Toleration[] = [
  { key: key('not-ready'), operator: 'Exists', effect: 'NoExecute' },
  { key: key('unreachable'), operator: 'Exists', effect: 'NoExecute' },
  { key: key('disk-pressure'), operator: 'Exists', effect: 'NoSchedule' },
  { key: key('memory-pressure'), operator: 'Exists', effect: 'NoSchedule' },
  { key: key('pid-pressure'), operator: 'Exists', effect: 'NoSchedule' },
  { key: key('unschedulable'), operator: 'Exists', effect: 'NoSchedule' },
]
const hostNetworkToleration: Toleration = { key: key('network-unavailable'), operator: 'Exists', effect: 'NoSchedule' }

/** The pod for one node: bound to it by affinity, so that the scheduler has the last word about room and ports. */
export function podForNode(pod: Pod, nodeName: string): Pod {
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: [nodeName] }] }
  const nodeAffinity = {
    ...pod.spec?.affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] },
  }
  return {
    ...pod,
    spec: {
      containers: [],
      ...pod.spec,
      affinity: { ...pod.spec?.affinity, nodeAffinity },
      tolerations: tolerationsOf(pod.spec),
    },
  }
}

/** Where the pod runs or is meant to run. */
export function nodeOfDaemonPod(pod: Pod): string | undefined {
  if (pod.spec?.nodeName) return pod.spec.nodeName
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  for (const { matchFields = [] } of required?.nodeSelectorTerms ?? []) {
    const field = matchFields.find(({ key: name, operator }) => name === 'metadata.name' && operator === 'In')
    if (field?.values?.length === 1) return field.values[0]
  }
  return undefined
}

export type Claim = 'run' | 'may stay' | 'leave'

export function claimOnNode(daemonSet: DaemonSet, node: Node): Claim {
  const template: PodTemplate | undefined = daemonSet.spec?.template
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: '' },
    ...(template?.spec && { spec: template.spec }),
  }
  const pinned = template?.spec?.nodeName
  if ((pinned !== undefined && pinned !== node.metadata.name) || !matchesNodeSelection(pod, node)) return 'leave'
  const tolerations = tolerationsOf(template?.spec)
  const taints = node.spec?.taints ?? []
  if (untolerated(taints, tolerations, ['NoExecute']) !== undefined) return 'leave'
  return untolerated(taints, tolerations, ['NoSchedule']) === undefined ? 'run' : 'may stay'
}

export interface DaemonFacts {
  readonly nodes: Iterable<Node>
  readonly pods: readonly Pod[]
  /** Label value of the present template. */
  readonly hash: string
  readonly nowMs: number
}

export interface DaemonPlan {
  /** Names of nodes that need a pod. */
  readonly create: readonly string[]
  readonly remove: readonly Pod[]
}

export function planDaemonSet(daemonSet: DaemonSet, facts: DaemonFacts): DaemonPlan {
  const byNode = Map.groupBy(facts.pods, pod => nodeOfDaemonPod(pod) ?? '')
  const create: string[] = []
  const remove: Pod[] = []
  const wanted: string[] = []
  for (const node of facts.nodes) {
    const { name } = node.metadata
    const here = byNode.get(name) ?? []
    byNode.delete(name)
    const staying = here.filter(pod => !isPodTerminating(pod))
    const claim = claimOnNode(daemonSet, node)
    if (claim === 'run') wanted.push(name)
    if (claim === 'leave') {
      remove.push(...staying)
      continue
    }
    const ended = staying.filter(isPodFinished)
    remove.push(...ended)
    const alive = staying.filter(pod => !isPodFinished(pod))
    const [fresh, old] = [alive.filter(isOf(facts.hash)), alive.filter(pod => !isOf(facts.hash)(pod))]
    // During a surge one old and one new pod share the node; otherwise the oldest stays.
    for (const group of [fresh, old]) remove.push(...group.toSorted(byAge).slice(1))
    if (claim === 'run' && alive.length === 0 && here.length === ended.length) create.push(name)
  }
  // What is meant for a node that is gone will never run.
  for (const strays of byNode.values())
    remove.push(...strays.filter(pod => !isPodTerminating(pod) && !pod.spec?.nodeName))
  const update = planUpdate(daemonSet, { ...facts, wanted })
  return { create: [...create, ...update.create], remove: [...new Set([...remove, ...update.remove])] }
}

function planUpdate(
  daemonSet: DaemonSet,
  { pods, hash, nowMs, wanted }: Omit<DaemonFacts, 'nodes'> & { readonly wanted: readonly string[] },
): { create: string[]; remove: Pod[] } {
  const plan = { create: [] as string[], remove: [] as Pod[] }
  const strategy = daemonSet.spec?.updateStrategy
  if (strategy?.type === 'OnDelete') return plan
  const total = wanted.length
  const maxSurge = resolveIntOrPercent(strategy?.rollingUpdate?.maxSurge ?? 0, total, 'up') ?? 0
  const maxUnavailable = Math.max(
    resolveIntOrPercent(strategy?.rollingUpdate?.maxUnavailable ?? 1, total, 'up') ?? 1,
    maxSurge > 0 ? 0 : 1,
  )
  const isAvailable = (pod: Pod) => isPodAvailable(pod, daemonSet.spec?.minReadySeconds ?? 0, nowMs)
  const byNode = Map.groupBy(
    pods.filter(pod => !isPodFinished(pod)),
    pod => nodeOfDaemonPod(pod) ?? '',
  )
  let unavailable = 0
  let surging = 0
  const candidates: { readonly name: string; readonly old: Pod }[] = []
  for (const name of wanted) {
    const here = (byNode.get(name) ?? []).filter(pod => !isPodTerminating(pod))
    const fresh = here.find(isOf(hash))
    const old = here.find(pod => !isOf(hash)(pod))
    if (!here.some(isAvailable)) unavailable++
    if (old === undefined) continue
    if (fresh !== undefined) {
      surging++
      if (isAvailable(fresh)) plan.remove.push(old)
    } else if (!isAvailable(old)) {
      // It serves nobody: replacing it costs nothing.
      plan.remove.push(old)
    } else {
      candidates.push({ name, old })
    }
  }
  if (maxSurge > 0) plan.create.push(...candidates.slice(0, Math.max(0, maxSurge - surging)).map(({ name }) => name))
  else plan.remove.push(...candidates.slice(0, Math.max(0, maxUnavailable - unavailable)).map(({ old }) => old))
  return plan
}

export function reportDaemonSet(daemonSet: DaemonSet, facts: DaemonFacts): NonNullable<DaemonSet['status']> {
  const byNode = Map.groupBy(
    facts.pods.filter(pod => !isPodTerminating(pod)),
    pod => nodeOfDaemonPod(pod) ?? '',
  )
  const minReadySeconds = daemonSet.spec?.minReadySeconds ?? 0
  let [desired, current, misscheduled, ready, available, updated] = [0, 0, 0, 0, 0, 0]
  for (const node of facts.nodes) {
    const here = byNode.get(node.metadata.name) ?? []
    if (claimOnNode(daemonSet, node) !== 'run') {
      if (here.length > 0) misscheduled++
      continue
    }
    desired++
    if (here.length > 0) current++
    if (here.some(isPodReady)) ready++
    if (here.some(pod => isPodAvailable(pod, minReadySeconds, facts.nowMs))) available++
    if (here.some(isOf(facts.hash))) updated++
  }
  return {
    currentNumberScheduled: current,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    ...(daemonSet.metadata.generation === undefined ? {} : { observedGeneration: daemonSet.metadata.generation }),
    ...(updated === 0 ? {} : { updatedNumberScheduled: updated }),
    ...(available === 0 ? {} : { numberAvailable: available }),
    ...(desired === available ? {} : { numberUnavailable: desired - available }),
  }
}

function tolerationsOf(spec: Pod['spec']): readonly Toleration[] {
  const own = spec?.tolerations ?? []
  const added = spec?.hostNetwork ? [...daemonTolerations, hostNetworkToleration] : daemonTolerations
  const isOwn = (wanted: Toleration) =>
    own.some(({ key: name, effect }) => name === wanted.key && effect === wanted.effect)
  return [...own, ...added.filter(toleration => !isOwn(toleration))]
}

function isOf(hash: string): (pod: Pod) => boolean {
  return pod => pod.metadata.labels?.[revisionLabel] === hash
}

function byAge(a: Pod, b: Pod): number {
  const [left, right] = [parseTime(a.metadata.creationTimestamp) ?? 0, parseTime(b.metadata.creationTimestamp) ?? 0]
  return left - right || (a.metadata.name < b.metadata.name ? -1 : 1)
}
