// What a Service is, and what the API server defaults, checks and prints of it.
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec'
import type { IServiceStatus } from 'kubernetes-models/v1/ServiceStatus'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface Service extends KubeObject {
  readonly spec?: Immutable<IServiceSpec>
  readonly status?: Immutable<IServiceStatus>
}

export const services = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.Service',
  shortNames: ['svc'],
  categories: ['all'],
  hasStatus: true,
  name: 'dns1035',
})
