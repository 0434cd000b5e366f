// What a Deployment is, and what the API server defaults, checks and prints of it.
import type { IDeploymentSpec } from 'kubernetes-models/apps/v1/DeploymentSpec'
import type { IDeploymentStatus } from 'kubernetes-models/apps/v1/DeploymentStatus'
import { checkCount, checkWorkload } from '../checks/workload.ts'
import { change, fill } from '../fill.ts'
import type { FieldProblem } from '../kind.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { defaultPodTemplate } from '../pods/defaults.ts'
import { forbidden, invalid } from '../problems.ts'
import { ageColumn, column, containersColumn, imagesColumn, nameColumn, selectorColumn } from './columns.ts'
import { defineKind } from './define.ts'

type DeploymentSpec = Immutable<IDeploymentSpec>

export interface Deployment extends KubeObject {
  readonly spec?: DeploymentSpec
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
  defaults: deployment => change(deployment, 'spec', defaultSpec),
  check: (deployment, old) => [...checkWorkload(deployment, old, 'deployment'), ...checkStrategy(deployment.spec)],
  columns: [
    nameColumn,
    column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
    column('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0, 'integer'),
    column('Available', ({ status }) => status?.availableReplicas ?? 0, 'integer'),
    ageColumn,
    containersColumn,
    imagesColumn,
    selectorColumn,
  ],
})

function defaultSpec(spec: DeploymentSpec): DeploymentSpec {
  const filled = fill(spec, { progressDeadlineSeconds: 600, replicas: 1, revisionHistoryLimit: 10, strategy: {} })
  const withTemplate = change(filled, 'template', defaultPodTemplate)
  return change(withTemplate, 'strategy', strategy => {
    const typed = fill(strategy, { type: 'RollingUpdate' })
    if (typed.type !== 'RollingUpdate') return typed
    const quarter = { maxSurge: '25%', maxUnavailable: '25%' }
    return change(fill(typed, { rollingUpdate: quarter }), 'rollingUpdate', rolling => fill(rolling, quarter))
  })
}

function checkStrategy(spec: DeploymentSpec | undefined): FieldProblem[] {
  const problems: FieldProblem[] = [
    ...checkCount(spec?.revisionHistoryLimit, ['spec', 'revisionHistoryLimit']),
    ...checkCount(spec?.progressDeadlineSeconds, ['spec', 'progressDeadlineSeconds']),
  ]
  const { type, rollingUpdate } = spec?.strategy ?? {}
  const path = ['spec', 'strategy', 'rollingUpdate']
  if (type === 'Recreate' && rollingUpdate) {
    problems.push(forbidden(path, "may not be specified when strategy `type` is 'Recreate'"))
  }
  const isZero = (amount: unknown) => amount === 0 || amount === '0%'
  if (rollingUpdate && isZero(rollingUpdate.maxUnavailable) && isZero(rollingUpdate.maxSurge)) {
    const reason = 'may not be 0 when `maxSurge` is 0'
    problems.push(invalid([...path, 'maxUnavailable'], rollingUpdate.maxUnavailable, reason))
  }
  const { progressDeadlineSeconds: deadline, minReadySeconds = 0 } = spec ?? {}
  if (typeof deadline === 'number' && deadline >= 0 && deadline <= minReadySeconds) {
    problems.push(invalid(['spec', 'progressDeadlineSeconds'], deadline, 'must be greater than minReadySeconds'))
  }
  return problems
}
