// What an IngressClass is, and what the API server defaults, checks and prints of it.
import type { IIngressClassSpec } from 'kubernetes-models/networking.k8s.io/v1/IngressClassSpec'
import { checkIngressClass } from '../checks/ingress.ts'
import { change, fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { none } from '../selector-text.ts'
import { ageColumn, column, nameColumn } from './columns.ts'
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
  defaults: ingressClass =>
    change(ingressClass, 'spec', spec =>
      change(spec, 'parameters', parameters => fill(parameters, { scope: 'Cluster' })),
    ),
  check: checkIngressClass,
  columns: [
    nameColumn,
    column('Controller', ingressClass => ingressClass.spec?.controller ?? ''),
    column('Parameters', parametersText),
    ageColumn,
  ],
})

function parametersText(ingressClass: IngressClass): string {
  const parameters = ingressClass.spec?.parameters
  if (!parameters) return none
  const group = parameters.apiGroup ? `.${parameters.apiGroup}` : ''
  return `${parameters.kind}${group}/${parameters.name}`
}
