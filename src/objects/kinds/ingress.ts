// What an Ingress is, and what the API server defaults, checks and prints of it.
import type { IIngressSpec } from 'kubernetes-models/networking.k8s.io/v1/IngressSpec'
import type { IIngressStatus } from 'kubernetes-models/networking.k8s.io/v1/IngressStatus'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface Ingress extends KubeObject {
  readonly spec?: Immutable<IIngressSpec>
  readonly status?: Immutable<IIngressStatus>
}

export const ingresses = defineKind<Ingress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'Ingress',
  plural: 'ingresses',
  namespaced: true,
  schema: 'io.k8s.api.networking.v1.Ingress',
  shortNames: ['ing'],
  hasStatus: true,
})
