// What a HTTPRoute is, and what the API server defaults, checks and prints of it.
import type { IHTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute'
import type { Immutable, KubeObject } from '../object.ts'
import { applySchemaDefaults, schemaOf } from '../schema.ts'
import { column, crdAgeColumn, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface HTTPRoute extends KubeObject {
  readonly spec?: Immutable<NonNullable<IHTTPRoute['spec']>>
  readonly status?: Immutable<NonNullable<IHTTPRoute['status']>>
}

export const httpRoutes = defineKind<HTTPRoute>({
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  kind: 'HTTPRoute',
  plural: 'httproutes',
  namespaced: true,
  schema: 'io.k8s.networking.gateway.v1.HTTPRoute',
  categories: ['gateway-api'],
  alsoServed: ['v1beta1'],
  hasStatus: true,
  defaults: route => applySchemaDefaults(schemaOf('io.k8s.networking.gateway.v1.HTTPRoute'), route),
  columns: [
    nameColumn,
    column('Hostnames', route => (route.spec?.hostnames === undefined ? null : JSON.stringify(route.spec.hostnames))),
    crdAgeColumn,
  ],
})
