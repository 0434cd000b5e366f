// What an EndpointSlice is, and what the API server defaults, checks and prints of it.
import type { IEndpoint } from 'kubernetes-models/discovery.k8s.io/v1/Endpoint'
import type { IEndpointPort } from 'kubernetes-models/discovery.k8s.io/v1/EndpointPort'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface EndpointSlice extends KubeObject {
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN'
  readonly endpoints: readonly Immutable<IEndpoint>[]
  readonly ports?: readonly Immutable<IEndpointPort>[]
}

export const endpointSlices = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
  schema: 'io.k8s.api.discovery.v1.EndpointSlice',
})
