// What a PodDisruptionBudget is, and what the API server defaults and prints of it.
import type { IPodDisruptionBudgetSpec } from 'kubernetes-models/policy/v1/PodDisruptionBudgetSpec'
import type { IPodDisruptionBudgetStatus } from 'kubernetes-models/policy/v1/PodDisruptionBudgetStatus'
import { checkLabelSelector } from '../checks/label-selector.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { ageColumn, column, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface PodDisruptionBudget extends KubeObject {
  readonly spec?: Immutable<IPodDisruptionBudgetSpec>
  readonly status?: Immutable<IPodDisruptionBudgetStatus>
}

export const podDisruptionBudgets = defineKind<PodDisruptionBudget>({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  namespaced: true,
  schema: 'io.k8s.api.policy.v1.PodDisruptionBudget',
  shortNames: ['pdb'],
  hasStatus: true,
  check: budget => checkLabelSelector(budget.spec?.selector, ['spec', 'selector']),
  columns: [
    nameColumn,
    column('Min Available', budget => String(budget.spec?.minAvailable ?? 'N/A')),
    column('Max Unavailable', budget => String(budget.spec?.maxUnavailable ?? 'N/A')),
    column('Allowed Disruptions', budget => budget.status?.disruptionsAllowed ?? 0, 'integer'),
    ageColumn,
  ],
})
