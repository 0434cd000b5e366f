// What a Node is, and what the API server defaults, checks and prints of it.
import type { INodeSpec } from 'kubernetes-models/v1/NodeSpec'
import type { INodeStatus } from 'kubernetes-models/v1/NodeStatus'
import { checkNode } from '../checks/node.ts'
import { change, fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { none } from '../selector-text.ts'
import { ageColumn, column, nameColumn, wide } from './columns.ts'
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
  defaults: node =>
    change(node, 'status', status =>
      status.capacity === undefined ? status : fill(status, { allocatable: status.capacity }),
    ),
  check: checkNode,
  columns: [
    nameColumn,
    column('Status', statusText),
    column('Roles', rolesText),
    ageColumn,
    column('Version', node => node.status?.nodeInfo?.kubeletVersion ?? ''),
    wide('Internal-IP', node => addressOf(node, 'InternalIP')),
    wide('External-IP', node => addressOf(node, 'ExternalIP')),
    wide('OS-Image', node => node.status?.nodeInfo?.osImage || '<unknown>'),
    wide('Kernel-Version', node => node.status?.nodeInfo?.kernelVersion || '<unknown>'),
    wide('Container-Runtime', node => node.status?.nodeInfo?.containerRuntimeVersion || '<unknown>'),
  ],
  fields: node => ({ 'spec.unschedulable': String(node.spec?.unschedulable ?? false) }),
})

function statusText(node: Node): string {
  const ready = (node.status?.conditions ?? []).find(condition => condition.type === 'Ready')
  const texts = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady']
  if (node.spec?.unschedulable === true) texts.push('SchedulingDisabled')
  return texts.join(',')
}

function rolesText(node: Node): string {
  const prefix = 'node-role.kubernetes.io/'
  const roles = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(prefix)) return key.length > prefix.length ? [key.slice(prefix.length)] : []
    return key === 'kubernetes.io/role' && value !== '' ? [value] : []
  })
  return roles.length === 0 ? none : [...new Set(roles)].toSorted().join(',')
}

function addressOf(node: Node, type: string): string {
  return (node.status?.addresses ?? []).find(entry => entry.type === type)?.address ?? none
}
