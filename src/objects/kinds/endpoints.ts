// What an Endpoints is, and what the API server defaults, checks and prints of it.
import type { IEndpointSubset } from 'kubernetes-models/v1/EndpointSubset'
import { checkEndpoints } from '../checks/endpoints.ts'
import { change, each, fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { none } from '../selector-text.ts'
import { ageColumn, column, firstThree, nameColumn } from './columns.ts'
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
  defaults: endpoints =>
    change(
      endpoints,
      'subsets',
      each(subset =>
        change(
          subset,
          'ports',
          each(port => fill(port, { protocol: 'TCP' })),
        ),
      ),
    ),
  check: checkEndpoints,
  columns: [nameColumn, column('Endpoints', endpointsText), ageColumn],
})

function endpointsText(endpoints: Endpoints): string {
  const texts = (endpoints.subsets ?? []).flatMap(({ addresses, ports }) => {
    const ips = (addresses ?? []).map(({ ip }) => ip)
    if ((ports ?? []).length === 0) return ips
    return (ports ?? []).flatMap(({ port }) => ips.map(ip => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)))
  })
  const isEmpty = (endpoints.subsets ?? []).length === 0
  return isEmpty ? none : firstThree(texts, '')
}
