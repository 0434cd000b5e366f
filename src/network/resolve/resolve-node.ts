// What of a Node object matters to the network.
import type { Node } from '../../objects/kinds/node.ts'
import type { NodeModel } from '../model.ts'
import { addressesIn, cidrsIn } from './addresses-in.ts'

const excluded = 'node.kubernetes.io/exclude-from-external-load-balancers'

export function resolveNode(node: Node): NodeModel {
  const internal = (node.status?.addresses ?? []).filter(({ type }) => type === 'InternalIP')
  const podCidrs = node.spec?.podCIDRs ?? [node.spec?.podCIDR]
  const labels = node.metadata.labels ?? {}
  return {
    name: node.metadata.name,
    addresses: addressesIn(internal.map(({ address }) => address)),
    podCidrs: cidrsIn(podCidrs),
    ready: isReady(node),
    announces:
      node.spec?.unschedulable !== true && !(excluded in labels) && node.metadata.deletionTimestamp === undefined,
    labels,
  }
}

/** A Node read from a file says nothing of its health; only a Ready condition that is not True speaks against it. */
function isReady(node: Node): boolean {
  const condition = node.status?.conditions?.find(({ type }) => type === 'Ready')
  return condition === undefined || condition.status === 'True'
}

/** A heartbeat makes a new Node object every few seconds; nothing downstream may be redone for it. */
export function isSameNode(a: NodeModel, b: NodeModel): boolean {
  return (
    a.name === b.name &&
    a.ready === b.ready &&
    a.announces === b.announces &&
    isSameList(a.addresses, b.addresses) &&
    isSameList(
      a.podCidrs.map(({ base, prefix }) => `${base}/${prefix}`),
      b.podCidrs.map(({ base, prefix }) => `${base}/${prefix}`),
    ) &&
    isSameList(Object.entries(a.labels).sort().flat(), Object.entries(b.labels).sort().flat())
  )
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}
