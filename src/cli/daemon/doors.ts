// The way into a machine or a pod, for `fairway exec`.
import type { Informers } from '../../controllers/framework/context.ts'
import type { Doorway } from '../../lab/daemon/enter.ts'
import type { Topology } from '../../lab/topology/topology.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'

/** Throws with the names that exist when there is no such machine. */
export function doorOf(
  name: string,
  { topology, informers }: { readonly topology: Topology; readonly informers: Informers },
): Doorway {
  const machine = topology.machines.get(name)
  if (machine !== undefined) return { namespacePath: machine.namespace.path, prefix: machine.command([]) }
  const pod = informers.of<Pod>(pods).items.get(name)
  const node = pod?.spec?.hostNetwork === true ? topology.machines.get(pod.spec.nodeName ?? '') : undefined
  if (node !== undefined) return { namespacePath: node.namespace.path, prefix: node.command([]) }
  if (pod !== undefined)
    throw new Error(`${name} is a pod: use kubectl exec -n ${pod.metadata.namespace} ${pod.metadata.name} -- COMMAND`)
  throw new Error(`no machine ${JSON.stringify(name)}; there are ${[...topology.machines.keys()].join(', ')}`)
}
