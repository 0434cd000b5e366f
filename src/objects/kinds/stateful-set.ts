// What a StatefulSet is, and what the API server defaults, checks and prints of it.
import type { IStatefulSetSpec } from 'kubernetes-models/apps/v1/StatefulSetSpec'
import type { IStatefulSetStatus } from 'kubernetes-models/apps/v1/StatefulSetStatus'
import { checkWorkload } from '../checks/workload.ts'
import { change, each, fill } from '../fill.ts'
import type { FieldProblem } from '../kind.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { defaultPodTemplate } from '../pods/defaults.ts'
import { forbidden } from '../problems.ts'
import { sameJson } from '../same.ts'
import { ageColumn, column, containersColumn, imagesColumn, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

type StatefulSetSpec = Immutable<IStatefulSetSpec>

export interface StatefulSet extends KubeObject {
  readonly spec?: StatefulSetSpec
  readonly status?: Immutable<IStatefulSetStatus>
}

const changeable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const

export const statefulSets = defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  namespaced: true,
  schema: 'io.k8s.api.apps.v1.StatefulSet',
  shortNames: ['sts'],
  categories: ['all'],
  hasStatus: true,
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.status.selector',
  },
  defaults: statefulSet => change(statefulSet, 'spec', defaultSpec),
  check: (statefulSet, old) => [
    // An update of the selector is refused below, together with the other fields that may not change.
    ...checkWorkload(statefulSet, undefined, 'statefulset'),
    ...checkUpdate(statefulSet.spec, old?.spec),
  ],
  columns: [
    nameColumn,
    column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
    ageColumn,
    containersColumn,
    imagesColumn,
  ],
})

function defaultSpec(spec: StatefulSetSpec): StatefulSetSpec {
  const keep = { whenDeleted: 'Retain', whenScaled: 'Retain' }
  let result = fill(spec, {
    persistentVolumeClaimRetentionPolicy: keep,
    podManagementPolicy: 'OrderedReady',
    replicas: 1,
    revisionHistoryLimit: 10,
    updateStrategy: {},
  })
  result = change(result, 'persistentVolumeClaimRetentionPolicy', policy => fill(policy, keep))
  result = change(result, 'updateStrategy', strategy => {
    const typed = fill(strategy, { type: 'RollingUpdate' })
    if (typed.type !== 'RollingUpdate') return typed
    return change(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', rolling => fill(rolling, { partition: 0 }))
  })
  result = change(
    result,
    'volumeClaimTemplates',
    each(claim => {
      const typed = fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', status: { phase: 'Pending' } })
      return change(typed, 'spec', claimSpec => fill(claimSpec, { volumeMode: 'Filesystem' }))
    }),
  )
  return change(result, 'template', defaultPodTemplate)
}

function checkUpdate(spec: StatefulSetSpec | undefined, old: StatefulSetSpec | undefined): FieldProblem[] {
  if (spec === undefined || old === undefined) return []
  const blank = Object.fromEntries(changeable.map(field => [field, undefined]))
  if (sameJson({ ...spec, ...blank }, { ...old, ...blank })) return []
  const fields = changeable.slice(0, -1).map(field => `'${field}'`)
  const reason = `updates to statefulset spec for fields other than ${fields.join(', ')} and 'minReadySeconds' are forbidden`
  return [forbidden(['spec'], reason)]
}
