// What a Gateway is, and what the API server defaults, checks and prints of it.
import type { IGateway } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/Gateway'
import type { Immutable, KubeObject } from '../object.ts'
import { applySchemaDefaults, schemaOf } from '../schema.ts'
import { column, conditionField, crdAgeColumn, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface Gateway extends KubeObject {
  readonly spec?: Immutable<NonNullable<IGateway['spec']>>
  readonly status?: Immutable<NonNullable<IGateway['status']>>
}

export const gateways = defineKind<Gateway>({
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  kind: 'Gateway',
  plural: 'gateways',
  namespaced: true,
  schema: 'io.k8s.networking.gateway.v1.Gateway',
  shortNames: ['gtw'],
  categories: ['gateway-api'],
  alsoServed: ['v1beta1'],
  hasStatus: true,
  defaults: gateway => applySchemaDefaults(schemaOf('io.k8s.networking.gateway.v1.Gateway'), gateway),
  columns: [
    nameColumn,
    column('Class', gateway => gateway.spec?.gatewayClassName ?? null),
    column('Address', gateway => gateway.status?.addresses?.[0]?.value ?? null),
    column('Programmed', gateway => conditionField(gateway, 'Programmed')),
    crdAgeColumn,
  ],
})
