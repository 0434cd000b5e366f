// What an Event is, and what the API server defaults, checks and prints of it.
import type { IEvent } from 'kubernetes-models/v1/Event'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface Event extends KubeObject, Immutable<Omit<IEvent, 'apiVersion' | 'kind' | 'metadata'>> {}

export const events = defineKind<Event>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.Event',
  shortNames: ['ev'],
})
