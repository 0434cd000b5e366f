// What a GatewayClass is, and what the API server defaults, checks and prints of it.
import type { IGatewayClass } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/GatewayClass'
import type { Immutable, KubeObject } from '../object.ts'
import { applySchemaDefaults, schemaOf } from '../schema.ts'
import { column, conditionField, crdAgeColumn, nameColumn, wide } from './columns.ts'
import { defineKind } from './define.ts'

export interface GatewayClass extends KubeObject {
  readonly spec?: Immutable<NonNullable<IGatewayClass['spec']>>
  readonly status?: Immutable<NonNullable<IGatewayClass['status']>>
}

export const gatewayClasses = defineKind<GatewayClass>({
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  kind: 'GatewayClass',
  plural: 'gatewayclasses',
  namespaced: false,
  schema: 'io.k8s.networking.gateway.v1.GatewayClass',
  shortNames: ['gc'],
  categories: ['gateway-api'],
  alsoServed: ['v1beta1'],
  hasStatus: true,
  defaults: gatewayClass => applySchemaDefaults(schemaOf('io.k8s.networking.gateway.v1.GatewayClass'), gatewayClass),
  columns: [
    nameColumn,
    column('Controller', gatewayClass => gatewayClass.spec?.controllerName ?? null),
    column('Accepted', gatewayClass => conditionField(gatewayClass, 'Accepted')),
    crdAgeColumn,
    wide('Description', gatewayClass => gatewayClass.spec?.description ?? null),
  ],
})
