// The agents of the lab's nodes, as far as they answer questions: one for each node, behind one socket.
import { nodePorts } from '../../apiserver/admission/service-node-ports.ts'
import { version as kubernetes } from '../../apiserver/version.ts'
import type { NetworkSource } from '../../controllers/network/start-network.ts'
import { NodeAgent } from '../../lab/agent/node-agent.ts'
import { serveAgents } from '../../lab/agent/serve-agents.ts'
import { runtimeDirectory } from '../../lab/daemon/enclosure.ts'
import type { Topology } from '../../lab/topology/topology.ts'
import type { Site } from '../../site/site.ts'
import { version } from '../version.ts'

/** In the agents' mount namespace, which is the daemon's. */
export const agentSocket = `${runtimeDirectory}/agent.sock`

export interface AgentsOptions {
  readonly site: Site
  readonly topology: Topology
  readonly network: NetworkSource
}

export async function startAgents({ site, topology, network }: AgentsOptions): Promise<AsyncDisposable> {
  const facts = { fairwayVersion: version, kubernetes, loadBalancerMode: site.loadBalancer.mode, nodePorts }
  const agents = new Map(
    site.nodes.map(({ name: node }) => [
      node,
      new NodeAgent({
        node,
        network: () => network.current(),
        namespace: () => topology.machines.get(node)?.namespace,
        facts,
        now: Date.now,
      }),
    ]),
  )
  return await serveAgents({ socket: agentSocket, agentOf: node => agents.get(node) })
}
