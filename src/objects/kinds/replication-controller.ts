// What a ReplicationController is, and what the API server defaults and prints of it. `kubectl apply --prune` asks for them always.
import type { IReplicationControllerSpec } from 'kubernetes-models/v1/ReplicationControllerSpec'
import type { IReplicationControllerStatus } from 'kubernetes-models/v1/ReplicationControllerStatus'
import { change, fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { defaultPodTemplate } from '../pods/defaults.ts'
import { labelsText } from '../selector-text.ts'
import { ageColumn, column, containerList, nameColumn, wide } from './columns.ts'
import { defineKind } from './define.ts'

export interface ReplicationController extends KubeObject {
  readonly spec?: Immutable<IReplicationControllerSpec>
  readonly status?: Immutable<IReplicationControllerStatus>
}

export const replicationControllers = defineKind<ReplicationController>({
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.ReplicationController',
  shortNames: ['rc'],
  categories: ['all'],
  hasStatus: true,
  scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  defaults: controller =>
    change(controller, 'spec', spec => {
      // The labels of the template stand in for a selector.
      const labels = spec.template?.metadata?.labels
      const filled = fill(spec, { replicas: 1, ...(labels === undefined ? {} : { selector: labels }) })
      return change(filled, 'template', defaultPodTemplate)
    }),
  columns: [
    nameColumn,
    column('Desired', ({ spec }) => spec?.replicas ?? 0, 'integer'),
    column('Current', ({ status }) => status?.replicas ?? 0, 'integer'),
    column('Ready', ({ status }) => status?.readyReplicas ?? 0, 'integer'),
    ageColumn,
    wide('Containers', controller => containerListOf(controller, 'name')),
    wide('Images', controller => containerListOf(controller, 'image')),
    wide('Selector', ({ spec }) => labelsText(spec?.selector)),
  ],
  fields: ({ status }) => ({ 'status.replicas': String(status?.replicas ?? 0) }),
})

function containerListOf({ spec, ...object }: ReplicationController, field: 'name' | 'image'): string {
  return containerList({ ...object, spec: spec?.template === undefined ? {} : { template: spec.template } }, field)
}
