// What a NetworkPolicy is, and what the API server defaults, checks and prints of it.
import type { INetworkPolicySpec } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicySpec'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface NetworkPolicy extends KubeObject {
  readonly spec?: Immutable<INetworkPolicySpec>
}

export const networkPolicies = defineKind<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  namespaced: true,
  schema: 'io.k8s.api.networking.v1.NetworkPolicy',
  shortNames: ['netpol'],
})
