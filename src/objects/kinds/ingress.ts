// What an Ingress is, and what the API server defaults, checks and prints of it.
import type { IIngressSpec } from 'kubernetes-models/networking.k8s.io/v1/IngressSpec'
import type { IIngressStatus } from 'kubernetes-models/networking.k8s.io/v1/IngressStatus'
import { checkIngress } from '../checks/ingress.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { none } from '../selector-text.ts'
import { ageColumn, column, loadBalancerText, nameColumn } from './columns.ts'
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
  check: checkIngress,
  columns: [
    nameColumn,
    column('Class', ingress => ingress.spec?.ingressClassName ?? none),
    column('Hosts', hostsText),
    column('Address', ingress => loadBalancerText(ingress.status?.loadBalancer?.ingress)),
    column('Ports', ingress => ((ingress.spec?.tls ?? []).length > 0 ? '80, 443' : '80')),
    ageColumn,
  ],
})

/** The hosts among the first three rules; `*` when no rule names one. */
function hostsText(ingress: Ingress): string {
  const rules = ingress.spec?.rules ?? []
  const hosts = rules.map(({ host }) => host ?? '').filter(host => host !== '')
  if (hosts.length === 0) return '*'
  const shown = hosts.slice(0, 3).join(',')
  return rules.length > 3 && hosts.length >= 3 ? `${shown} + ${rules.length - 3} more...` : shown
}
