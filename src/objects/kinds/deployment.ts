// What a Deployment is, and what the API server defaults, checks and prints of it.
import type { IDeploymentSpec } from 'kubernetes-models/apps/v1/DeploymentSpec'
import type { IDeploymentStatus } from 'kubernetes-models/apps/v1/DeploymentStatus'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface Deployment extends KubeObject {
  readonly spec?: Immutable<IDeploymentSpec>
  readonly status?: Immutable<IDeploymentStatus>
}

export const deployments = defineKind<Deployment>({
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
  schema: 'io.k8s.api.apps.v1.Deployment',
  shortNames: ['deploy'],
  categories: ['all'],
  hasStatus: true,
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.status.selector',
  },
})
