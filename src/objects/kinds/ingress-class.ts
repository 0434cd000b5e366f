// What an IngressClass is, and what the API server defaults, checks and prints of it.
import type { IIngressClassSpec } from 'kubernetes-models/networking.k8s.io/v1/IngressClassSpec'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface IngressClass extends KubeObject {
  readonly spec?: Immutable<IIngressClassSpec>
}

export const ingressClasses = defineKind<IngressClass>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  namespaced: false,
  schema: 'io.k8s.api.networking.v1.IngressClass',
})
