// Which controllers make up the control plane, and in which order are they started?
import { startEndpoints } from './endpoints/endpoints.ts'
import { startEndpointsMirror } from './endpoints/mirror-endpoints.ts'
import { startEventExpiry } from './events/expire-events.ts'
import { type ControllerOptions, withInformers } from './framework/context.ts'
import type { Controller } from './framework/controller.ts'
import { startGarbage } from './garbage/garbage.ts'
import { type NamespacesOptions, startNamespaces } from './namespaces/namespaces.ts'
import { type NodesOptions, startNodes } from './nodes/nodes.ts'
import { startScheduler } from './scheduling/scheduler.ts'
import { startDaemonSets } from './workloads/daemon-sets.ts'
import { startDeployments } from './workloads/deployments.ts'
import { startJobs } from './workloads/jobs.ts'
import { startReplicaSets } from './workloads/replica-sets.ts'
import { startStatefulSets } from './workloads/stateful-sets.ts'

export type ControlPlaneOptions = ControllerOptions & NamespacesOptions & NodesOptions

/** One row each. They need no order, but this is the way a Deployment takes until it is reachable. */
export const controlPlane: readonly ((options: ControlPlaneOptions) => Controller)[] = [
  startNamespaces,
  startDeployments,
  startReplicaSets,
  startStatefulSets,
  startDaemonSets,
  startJobs,
  startScheduler,
  startEndpoints,
  startEndpointsMirror,
  startNodes,
  startGarbage,
  startEventExpiry,
]

/** All of them, on shared informers. They end with the signal, or each by its own disposal. */
export function startControlPlane(options: ControlPlaneOptions): readonly Controller[] {
  const shared = withInformers(options)
  return controlPlane.map(start => start(shared))
}
