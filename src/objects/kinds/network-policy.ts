// What a NetworkPolicy is, and what the API server defaults, checks and prints of it.
import type { INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicySpec'
import { checkNetworkPolicy } from '../checks/network-policy.ts'
import { change, each, fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { selectorText } from '../selector-text.ts'
import { ageColumn, column, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

type NetworkPolicySpec = Immutable<INetworkPolicySpec>

export interface NetworkPolicy extends KubeObject {
  readonly spec?: NetworkPolicySpec
}

export const networkPolicies = defineKind<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  namespaced: true,
  schema: 'io.k8s.api.networking.v1.NetworkPolicy',
  shortNames: ['netpol'],
  defaults: policy => change(policy, 'spec', defaultSpec),
  check: checkNetworkPolicy,
  columns: [nameColumn, column('Pod-Selector', policy => selectorText(policy.spec?.podSelector)), ageColumn],
})

function defaultSpec(spec: NetworkPolicySpec): NetworkPolicySpec {
  const withPorts = <Rule extends { readonly ports?: readonly { readonly protocol?: 'SCTP' | 'TCP' | 'UDP' }[] }>(
    rule: Rule,
  ) => change(rule, 'ports', ports => each((port: (typeof ports)[number]) => fill(port, { protocol: 'TCP' }))(ports))
  let result = change(spec, 'ingress', each(withPorts))
  result = change(result, 'egress', each(withPorts))
  if ((result.policyTypes ?? []).length > 0) return result
  // A policy isolates for ingress always, and for egress when it speaks of it.
  const policyTypes = (result.egress ?? []).length > 0 ? (['Ingress', 'Egress'] as const) : (['Ingress'] as const)
  return { ...result, policyTypes }
}
