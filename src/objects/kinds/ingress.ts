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

/** The first three hosts, then how many rules there are beyond three; `*` when no rule names a host. */
function hostsText(ingress: Ingress): string {
  const rules = ingress.spec?.rules ?? []
  const hosts: string[] = []
  let more = false
  for (const { host } of rules) {
    if (hosts.length === 3) more = true
    else if (host) hosts.push(host)
  }
  if (hosts.length === 0) return '*'
  return more ? `${hosts.join(',')} + ${rules.length - 3} more...` : hosts.join(',')
}
