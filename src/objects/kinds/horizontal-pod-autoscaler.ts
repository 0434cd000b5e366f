// What a HorizontalPodAutoscaler is, and what the API server defaults and prints of it.
import type { IHorizontalPodAutoscalerSpec } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscalerSpec'
import type { IHorizontalPodAutoscalerStatus } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscalerStatus'
import { change, fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { ageColumn, column, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface HorizontalPodAutoscaler extends KubeObject {
  readonly spec?: Immutable<IHorizontalPodAutoscalerSpec>
  readonly status?: Immutable<IHorizontalPodAutoscalerStatus>
}

export const horizontalPodAutoscalers = defineKind<HorizontalPodAutoscaler>({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  namespaced: true,
  schema: 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  shortNames: ['hpa'],
  categories: ['all'],
  hasStatus: true,
  defaults: autoscaler => change(autoscaler, 'spec', spec => fill(spec, { minReplicas: 1 })),
  columns: [
    nameColumn,
    column('Reference', ({ spec }) => `${spec?.scaleTargetRef?.kind}/${spec?.scaleTargetRef?.name}`),
    column('Targets', targetsText),
    column('MinPods', ({ spec }) => String(spec?.minReplicas ?? '<unset>')),
    column('MaxPods', ({ spec }) => spec?.maxReplicas ?? 0, 'integer'),
    column('Replicas', ({ status }) => status?.currentReplicas ?? 0, 'integer'),
    ageColumn,
  ],
})

/** The utilization of resources is what nearly everyone scales by; other metrics are named only. */
function targetsText({ spec, status }: HorizontalPodAutoscaler): string {
  const metrics = spec?.metrics ?? []
  if (metrics.length === 0) return '<none>'
  return metrics
    .slice(0, 2)
    .map((metric, index) => {
      const target = metric.resource?.target
      const current = status?.currentMetrics?.[index]?.resource?.current
      if (target?.averageUtilization !== undefined) {
        const now = current?.averageUtilization
        return `${metric.resource?.name}: ${now === undefined ? '<unknown>' : `${now}%`}/${target.averageUtilization}%`
      }
      return `${current?.averageValue ?? '<unknown>'}/${target?.averageValue ?? '<auto>'}`
    })
    .join(', ')
    .concat(metrics.length > 2 ? ` + ${metrics.length - 2} more...` : '')
}
