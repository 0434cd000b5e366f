// What an EndpointSlice is, and what the API server defaults, checks and prints of it.
import type { IEndpoint } from 'kubernetes-models/discovery.k8s.io/v1/Endpoint'
import type { IEndpointPort } from 'kubernetes-models/discovery.k8s.io/v1/EndpointPort'
import { checkEndpointSlice } from '../checks/endpoints.ts'
import { change, each, fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { ageColumn, column, firstThree, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface EndpointSlice extends KubeObject {
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN'
  readonly endpoints: readonly Immutable<IEndpoint>[]
  readonly ports?: readonly Immutable<IEndpointPort>[]
}

const unset = '<unset>'

export const endpointSlices = defineKind<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  namespaced: true,
  schema: 'io.k8s.api.discovery.v1.EndpointSlice',
  defaults: slice =>
    change(
      slice,
      'ports',
      each(port => fill(port, { name: '', protocol: 'TCP' })),
    ),
  check: checkEndpointSlice,
  columns: [
    nameColumn,
    column('AddressType', slice => slice.addressType),
    column('Ports', slice =>
      firstThree(
        (slice.ports ?? []).map(({ port, name }) => String(port ?? name ?? '*')),
        unset,
      ),
    ),
    column('Endpoints', slice =>
      firstThree(
        (slice.endpoints ?? []).flatMap(({ addresses }) => addresses ?? []),
        unset,
      ),
    ),
    ageColumn,
  ],
})
