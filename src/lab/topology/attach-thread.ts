// The thread that joins pods to their nodes while the daemon's own thread has other things to do.
import { parentPort } from 'node:worker_threads'
import type { NetNamespace } from '../../sys/namespace.ts'
import { openNamespace, releaseDescriptor } from '../../sys/netns.ts'
import type { AttachAnswer, AttachRequest } from './pod-attacher.ts'
import { attachPod } from './pods.ts'

const nodes = new Map<string, NetNamespace>()

function namespaceOf(name: string): NetNamespace {
  let namespace = nodes.get(name)
  if (namespace === undefined) {
    namespace = openNamespace(name)
    nodes.set(name, namespace)
  }
  return namespace
}

async function carryOut({ id, node, pod }: AttachRequest): Promise<AttachAnswer> {
  try {
    // Only the asker may hold it: the kernel removes a namespace when nobody does.
    releaseDescriptor(await attachPod({ namespace: namespaceOf(node.namespace), addresses: node.addresses }, pod))
    return { id }
  } catch (error) {
    return { id, failure: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.on('message', (request: AttachRequest) => {
  void carryOut(request).then(answer => parentPort?.postMessage(answer))
})
