// What an Endpoints is, and what the API server defaults, checks and prints of it.
import type { IEndpointSubset } from 'kubernetes-models/v1/EndpointSubset'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface Endpoints extends KubeObject {
  readonly subsets?: readonly Immutable<IEndpointSubset>[]
}

export const endpoints = defineKind<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.Endpoints',
  shortNames: ['ep'],
})
