// What a DaemonSet is, and what the API server defaults, checks and prints of it.
import type { IDaemonSetSpec } from 'kubernetes-models/apps/v1/DaemonSetSpec'
import type { IDaemonSetStatus } from 'kubernetes-models/apps/v1/DaemonSetStatus'
import { checkWorkload } from '../checks/workload.ts'
import { change, fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { defaultPodTemplate } from '../pods/defaults.ts'
import { labelsText } from '../selector-text.ts'
import { ageColumn, column, containersColumn, imagesColumn, nameColumn, selectorColumn } from './columns.ts'
import { defineKind } from './define.ts'

type DaemonSetSpec = Immutable<IDaemonSetSpec>

export interface DaemonSet extends KubeObject {
  readonly spec?: DaemonSetSpec
  readonly status?: Immutable<IDaemonSetStatus>
}

export const daemonSets = defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  namespaced: true,
  schema: 'io.k8s.api.apps.v1.DaemonSet',
  shortNames: ['ds'],
  categories: ['all'],
  hasStatus: true,
  defaults: daemonSet => change(daemonSet, 'spec', defaultSpec),
  check: (daemonSet, old) => checkWorkload(daemonSet, old, 'daemonset'),
  columns: [
    nameColumn,
    column('Desired', ({ status }) => status?.desiredNumberScheduled ?? 0, 'integer'),
    column('Current', ({ status }) => status?.currentNumberScheduled ?? 0, 'integer'),
    column('Ready', ({ status }) => status?.numberReady ?? 0, 'integer'),
    column('Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0, 'integer'),
    column('Available', ({ status }) => status?.numberAvailable ?? 0, 'integer'),
    column('Node Selector', ({ spec }) => labelsText(spec?.template?.spec?.nodeSelector)),
    ageColumn,
    containersColumn,
    imagesColumn,
    selectorColumn,
  ],
})

function defaultSpec(spec: DaemonSetSpec): DaemonSetSpec {
  const filled = fill(spec, { revisionHistoryLimit: 10, updateStrategy: {} })
  const withStrategy = change(filled, 'updateStrategy', strategy => {
    const typed = fill(strategy, { type: 'RollingUpdate' })
    if (typed.type !== 'RollingUpdate') return typed
    const oneByOne = { maxSurge: 0, maxUnavailable: 1 }
    return change(fill(typed, { rollingUpdate: oneByOne }), 'rollingUpdate', rolling => fill(rolling, oneByOne))
  })
  return change(withStrategy, 'template', defaultPodTemplate)
}
