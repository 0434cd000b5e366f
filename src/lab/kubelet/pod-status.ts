// What is a pod's status, given the states of its containers?
import type { Address } from '../../net/address.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import { qosClass } from '../../objects/pods/qos-class.ts'
import { formatTime } from '../../objects/time.ts'
import { type ContainerStatus, isSidecar, type PodCondition, type PodStatus } from './pod-types.ts'
import type { RestartPolicy } from './restart.ts'

export interface PodSnapshot {
  readonly pod: Pod
  /** In the order of the spec. */
  readonly initContainers: readonly ContainerStatus[]
  readonly containers: readonly ContainerStatus[]
  /** Empty as long as the pod has no network. */
  readonly addresses: readonly Address[]
  readonly hostAddresses: readonly Address[]
  readonly startedAtMs: number
  /** Set when the pod as a whole has failed, e.g. DeadlineExceeded. */
  readonly failed?: { readonly reason: string; readonly message: string }
  readonly nowMs: number
}

type Phase = NonNullable<PodStatus['phase']>

export function podStatus(snapshot: PodSnapshot): PodStatus {
  const { pod, initContainers, containers, addresses, hostAddresses, failed } = snapshot
  const phase = failed === undefined ? phaseOf(snapshot) : 'Failed'
  const [podIP] = addresses
  const [hostIP] = hostAddresses
  return {
    phase,
    ...(failed !== undefined && { reason: failed.reason, message: failed.message }),
    conditions: conditionsOf(snapshot, phase),
    ...(hostIP !== undefined && { hostIP, hostIPs: hostAddresses.map(ip => ({ ip })) }),
    ...(podIP !== undefined && { podIP, podIPs: addresses.map(ip => ({ ip })) }),
    startTime: pod.status?.startTime ?? formatTime(snapshot.startedAtMs),
    ...(initContainers.length > 0 && { initContainerStatuses: initContainers }),
    containerStatuses: containers,
    qosClass: pod.status?.qosClass ?? qosClass(pod),
  }
}

/**
 * A strategic merge patch of the status that makes `before` into `after`; undefined when nothing has changed. It merges conditions
 * by their type and keeps the fields it is not told of, so what a condition says no longer is sent as null.
 */
export function statusPatch(before: PodStatus | undefined, after: PodStatus): object | undefined {
  const isSame = Object.entries(after).every(([field, value]) => sameJson(before?.[field as keyof PodStatus], value))
  if (before !== undefined && isSame) return undefined
  const old = before?.conditions ?? []
  const conditions = after.conditions?.map(condition => {
    const gone = Object.keys(old.find(({ type }) => type === condition.type) ?? {}).filter(
      field => !(field in condition),
    )
    return { ...Object.fromEntries(gone.map(field => [field, null])), ...condition }
  })
  return { ...after, ...(conditions !== undefined && { conditions }) }
}

function phaseOf({ pod, initContainers, containers }: PodSnapshot): Phase {
  const policy: RestartPolicy = pod.spec?.restartPolicy ?? 'Always'
  const specs = pod.spec?.initContainers ?? []
  for (const [index, status] of initContainers.entries()) {
    const spec = specs[index]
    if (spec !== undefined && isSidecar(spec)) continue
    const exitCode = status.state?.terminated?.exitCode
    if (exitCode === 0) continue
    return exitCode !== undefined && policy === 'Never' ? 'Failed' : 'Pending'
  }
  // A container that waits and never ran before has not started; one in its back-off has.
  if (containers.some(({ state, lastState }) => state?.waiting !== undefined && lastState?.terminated === undefined)) {
    return 'Pending'
  }
  const exitCodes = containers.map(({ state }) => state?.terminated?.exitCode)
  if (policy === 'Always' || exitCodes.some(code => code === undefined)) return 'Running'
  if (exitCodes.every(code => code === 0)) return 'Succeeded'
  return policy === 'Never' ? 'Failed' : 'Running'
}

function conditionsOf(snapshot: PodSnapshot, phase: Phase): readonly PodCondition[] {
  const { pod, initContainers, containers, addresses, nowMs } = snapshot
  const old = pod.status?.conditions ?? []
  const own: PodCondition[] = []
  const say = (type: string, problem?: { readonly reason?: string; readonly message?: string }) => {
    own.push(withTransition({ type, status: problem === undefined ? 'True' : 'False', ...problem }, old, nowMs))
  }
  const finished = phase === 'Succeeded' || phase === 'Failed'
  say('PodReadyToStartContainers', addresses.length > 0 && !finished ? undefined : {})
  const specs = pod.spec?.initContainers ?? []
  const incomplete = initContainers.filter(({ state, started }, index) => {
    const spec = specs[index]
    return spec !== undefined && isSidecar(spec) ? started !== true : state?.terminated?.exitCode !== 0
  })
  say('Initialized', incomplete.length > 0 ? listing('ContainersNotInitialized', 'incomplete', incomplete) : undefined)

  const sidecars = initContainers.filter((_, index) => specs[index] !== undefined && isSidecar(specs[index]))
  const unready = [...sidecars, ...containers].filter(({ ready }) => !ready)
  const problem =
    phase === 'Succeeded' ? { reason: 'PodCompleted' }
    : phase === 'Failed' ? { reason: 'PodFailed' }
    : unready.length > 0 ? listing('ContainersNotReady', 'unready', unready)
    : undefined // biome-ignore format: a table
  say('Ready', problem ?? gateProblem(pod))
  say('ContainersReady', problem)
  say('PodScheduled')
  return own
}

function listing(reason: string, adjective: string, containers: readonly ContainerStatus[]) {
  return { reason, message: `containers with ${adjective} status: [${containers.map(({ name }) => name).join(' ')}]` }
}

/** Readiness gates (KEP-580): conditions that others set, without which the pod is not ready. */
function gateProblem(pod: Pod): { readonly reason: string; readonly message: string } | undefined {
  const messages: string[] = []
  for (const { conditionType } of pod.spec?.readinessGates ?? []) {
    const condition = pod.status?.conditions?.find(({ type }) => type === conditionType)
    if (condition === undefined) {
      messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`)
    } else if (condition.status !== 'True') {
      messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`)
    }
  }
  return messages.length === 0 ? undefined : { reason: 'ReadinessGatesNotReady', message: messages.join(', ') }
}

/** The time of transition stays as long as the status does. */
function withTransition(condition: PodCondition, old: readonly PodCondition[], nowMs: number): PodCondition {
  const before = old.find(({ type }) => type === condition.type)
  const lastTransitionTime =
    before?.status === condition.status && before.lastTransitionTime !== undefined
      ? before.lastTransitionTime
      : formatTime(nowMs)
  return { ...condition, lastTransitionTime }
}

/** Equal as JSON, whatever the order of fields; conditions of others in `before` do not count. */
function sameJson(before: unknown, after: unknown): boolean {
  if (before === after) return true
  const [oldList, newList] = [listOf(before), listOf(after)]
  if (newList !== undefined) {
    if (oldList === undefined) return false
    if (areConditions(newList) && areConditions(oldList)) {
      return newList.every(one =>
        sameJson(
          oldList.find(({ type }) => type === one.type),
          one,
        ),
      )
    }
    return oldList.length === newList.length && newList.every((one, index) => sameJson(oldList[index], one))
  }
  if (!isRecord(before) || !isRecord(after)) return false
  // `probeTime: null` and an absent field say the same.
  const fields = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...fields].every(field => sameJson(before[field] ?? undefined, after[field] ?? undefined))
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function areConditions(list: readonly unknown[]): list is readonly PodCondition[] {
  const [first] = list
  return isRecord(first) && 'type' in first && 'status' in first
}
