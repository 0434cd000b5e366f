// What a Pod is, and what the API server defaults, checks and prints of it.
import type { IPodStatus } from 'kubernetes-models/v1/PodStatus'
import { checkPodSpec, checkPodUpdate } from '../checks/pod-spec.ts'
import { change } from '../fill.ts'
import type { Column } from '../kind.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { defaultPodOnly, defaultPodSpec, type PodSpec } from '../pods/defaults.ts'
import { summarizePod } from '../pods/status-text.ts'
import { none } from '../selector-text.ts'
import { ageColumn, column, nameColumn, sinceText, wide } from './columns.ts'
import { defineKind } from './define.ts'

export interface Pod extends KubeObject {
  readonly spec?: PodSpec
  readonly status?: Immutable<IPodStatus>
}

const columns: readonly Column<Pod>[] = [
  nameColumn,
  column('Ready', pod => {
    const { ready, total } = summarizePod(pod)
    return `${ready}/${total}`
  }),
  column('Status', pod => summarizePod(pod).reason),
  column('Restarts', (pod, now) => {
    const { restarts, lastRestart } = summarizePod(pod)
    return restarts > 0 && lastRestart !== undefined
      ? `${restarts} (${sinceText(lastRestart, now)} ago)`
      : String(restarts)
  }),
  ageColumn,
  wide('IP', pod => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || none),
  wide('Node', pod => pod.spec?.nodeName || none),
  wide('Nominated Node', pod => pod.status?.nominatedNodeName || none),
  wide('Readiness Gates', readinessGates),
]

export const pods = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.Pod',
  shortNames: ['po'],
  categories: ['all'],
  hasStatus: true,
  defaults: pod => change(pod, 'spec', spec => defaultPodOnly(defaultPodSpec(spec))),
  check: (pod, old) => [
    ...checkPodSpec(pod.spec, ['spec']),
    ...(old?.spec === undefined || pod.spec === undefined ? [] : checkPodUpdate(pod.spec, old.spec)),
  ],
  columns,
  fields: pod => ({
    'spec.nodeName': pod.spec?.nodeName ?? '',
    'spec.restartPolicy': pod.spec?.restartPolicy ?? '',
    'spec.schedulerName': pod.spec?.schedulerName ?? '',
    'spec.serviceAccountName': pod.spec?.serviceAccountName ?? '',
    'spec.hostNetwork': String(pod.spec?.hostNetwork ?? false),
    'status.phase': pod.status?.phase ?? '',
    'status.podIP': pod.status?.podIP ?? '',
    'status.nominatedNodeName': pod.status?.nominatedNodeName ?? '',
  }),
})

function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? []
  if (gates.length === 0) return none
  const met = gates.filter(gate =>
    pod.status?.conditions?.some(({ type, status }) => type === gate.conditionType && status === 'True'),
  )
  return `${met.length}/${gates.length}`
}
