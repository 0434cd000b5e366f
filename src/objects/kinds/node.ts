// What a Node is, and what the API server defaults, checks and prints of it.
import type { INodeSpec } from 'kubernetes-models/v1/NodeSpec'
import type { INodeStatus } from 'kubernetes-models/v1/NodeStatus'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface Node extends KubeObject {
  readonly spec?: Immutable<INodeSpec>
  readonly status?: Immutable<INodeStatus>
}

export const nodes = defineKind<Node>({
  group: '',
  version: 'v1',
  kind: 'Node',
  plural: 'nodes',
  namespaced: false,
  schema: 'io.k8s.api.core.v1.Node',
  shortNames: ['no'],
  hasStatus: true,
})
