// Columns and texts that several tables share; all follow pkg/printers/internalversion of the real API server.
import { shortAge } from '../age.ts'
import type { Column } from '../kind.ts'
import type { KubeObject } from '../object.ts'
import type { PodSpec } from '../pods/defaults.ts'
import type { LabelSelector } from '../selector.ts'
import { selectorText } from '../selector-text.ts'

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  cell: object => object.metadata.name,
}

export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: 'Time since the object was created.',
  cell: (object, now) => sinceText(object.metadata.creationTimestamp, now),
}

/** CRDs print their age as a date; an object without a timestamp has an empty cell. */
export const crdAgeColumn: Column = { ...ageColumn, type: 'date' }

/** RBAC and a few others print when, not how long ago. */
export const createdAtColumn: Column = {
  name: 'Created At',
  type: 'string',
  description: 'When the object was created.',
  cell: object => object.metadata.creationTimestamp ?? '<unknown>',
}

/** The age of a timestamp as kubectl writes it; `<unknown>` without one. */
export function sinceText(timestamp: string | null | undefined, now: number): string {
  const then = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN
  return Number.isNaN(then) ? '<unknown>' : shortAge(now - then)
}

export function column<T extends KubeObject>(
  name: string,
  cell: Column<T>['cell'],
  type: Column['type'] = 'string',
): Column<T> {
  return { name, type, cell }
}

/** Shown only with `-o wide`. */
export function wide<T extends KubeObject>(
  name: string,
  cell: Column<T>['cell'],
  type: Column['type'] = 'string',
): Column<T> {
  return { name, type, priority: 1, cell }
}

interface Workload extends KubeObject {
  readonly spec?: {
    readonly selector?: LabelSelector
    readonly template?: { readonly spec?: Pick<PodSpec, 'containers'> }
  }
}

export const containersColumn: Column<Workload> = wide('Containers', object => containerList(object, 'name'))
export const imagesColumn: Column<Workload> = wide('Images', object => containerList(object, 'image'))
export const selectorColumn: Column<Workload> = wide('Selector', object => selectorText(object.spec?.selector))

export function containerList(object: Workload, field: 'name' | 'image'): string {
  return (object.spec?.template?.spec?.containers ?? []).map(container => container[field] ?? '').join(',')
}

/** The status of a condition in `status.conditions`, as printer columns of CRDs read it; null leaves the cell empty. */
export function conditionField(
  object: { readonly status?: { readonly conditions?: readonly Condition[] } },
  type: string,
  field: 'status' | 'message' | 'reason' = 'status',
): string | null {
  return object.status?.conditions?.find(condition => condition.type === type)?.[field] ?? null
}

interface Condition {
  readonly type: string
  readonly status?: string
  readonly message?: string
  readonly reason?: string
}

/** At most three items, then how many more there are. */
export function firstThree(items: readonly string[], empty: string): string {
  if (items.length === 0) return empty
  const shown = items.slice(0, 3).join(',')
  return items.length > 3 ? `${shown} + ${items.length - 3} more...` : shown
}

/** The addresses or host names of `status.loadBalancer`, sorted and without repeats. */
export function loadBalancerText(
  ingress: readonly { readonly ip?: string; readonly hostname?: string }[] | null | undefined,
): string {
  const texts = (ingress ?? []).map(({ ip, hostname }) => ip || hostname || '').filter(text => text !== '')
  return [...new Set(texts)].toSorted().join(',')
}
