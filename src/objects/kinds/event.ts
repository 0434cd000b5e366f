// What an Event is, and what the API server defaults, checks and prints of it.
import type { IEvent } from 'kubernetes-models/v1/Event'
import type { Column } from '../kind.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { column, sinceText, wide } from './columns.ts'
import { defineKind } from './define.ts'

export interface Event extends KubeObject, Immutable<Omit<IEvent, 'apiVersion' | 'kind' | 'metadata'>> {}

const columns: readonly Column<Event>[] = [
  column('Last Seen', lastSeen),
  column('Type', event => event.type ?? ''),
  column('Reason', event => event.reason ?? ''),
  column('Object', objectText),
  wide('Subobject', event => event.involvedObject?.fieldPath ?? ''),
  wide('Source', sourceText),
  column('Message', event => (event.message ?? '').trim()),
  wide('First Seen', firstSeen),
  wide('Count', event => event.series?.count || event.count || 1, 'integer'),
  wide('Name', event => event.metadata.name),
]

export const events = defineKind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.Event',
  shortNames: ['ev'],
  columns,
  fields: event => ({
    'involvedObject.kind': event.involvedObject?.kind ?? '',
    'involvedObject.namespace': event.involvedObject?.namespace ?? '',
    'involvedObject.name': event.involvedObject?.name ?? '',
    'involvedObject.uid': event.involvedObject?.uid ?? '',
    'involvedObject.apiVersion': event.involvedObject?.apiVersion ?? '',
    'involvedObject.resourceVersion': event.involvedObject?.resourceVersion ?? '',
    'involvedObject.fieldPath': event.involvedObject?.fieldPath ?? '',
    reason: event.reason ?? '',
    reportingComponent: event.reportingComponent ?? '',
    source: event.source?.component || event.reportingComponent || '',
    type: event.type ?? '',
  }),
})

function firstSeen(event: Event, now: number): string {
  return sinceText(event.firstTimestamp || event.eventTime, now)
}

function lastSeen(event: Event, now: number): string {
  if (event.series?.lastObservedTime) return sinceText(event.series.lastObservedTime, now)
  return event.lastTimestamp ? sinceText(event.lastTimestamp, now) : firstSeen(event, now)
}

function objectText({ involvedObject }: Event): string {
  const kind = (involvedObject?.kind ?? '').toLowerCase()
  return involvedObject?.name ? `${kind}/${involvedObject.name}` : kind
}

function sourceText(event: Event): string {
  const component = event.source?.component || event.reportingComponent || ''
  const host = event.source?.host || event.reportingInstance || ''
  return [component, host].filter(text => text !== '').join(', ')
}
