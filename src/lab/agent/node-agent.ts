// What does a node's agent answer? It looks into the node's kernel each time it is asked.
import { readServices } from '../../dataplane/nftables/read-back.ts'
import type { Network } from '../../network/model.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import { changeNetwork } from '../../sys/netlink.ts'
import { probeCluster } from './cluster-health.ts'
import { printLoadBalancerList } from './lb-list.ts'
import type { KernelState } from './node-checks.ts'
import { type AgentRequest, answerable, parseRequest } from './request.ts'
import { printServiceList } from './service-list.ts'
import { type AgentService, agentServices, ServiceIds } from './services.ts'
import { type AgentFacts, agentStatus, ControllerMemory, problemOf } from './status.ts'
import { statusDocument } from './status-json.ts'
import { printStatus } from './status-text.ts'

export interface NodeAgentOptions {
  readonly node: string
  readonly network: () => Network
  /** Undefined when the node's machine does not run. */
  readonly namespace: () => NetNamespace | undefined
  readonly facts: AgentFacts
  /** ms since the epoch. */
  readonly now: () => number
}

export interface AgentAnswer {
  readonly exitCode: number
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/** As for every command of Fairway. */
const exitCodes = { good: 0, bad: 1, usage: 2, undecided: 3 } as const

export class NodeAgent {
  readonly #options: NodeAgentOptions
  readonly #ids = new ServiceIds()
  readonly #memory = new ControllerMemory()

  constructor(options: NodeAgentOptions) {
    this.#options = options
  }

  async answer(argv: readonly string[]): Promise<AgentAnswer> {
    const request = parseRequest(argv)
    try {
      return await this.#answer(request)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return { exitCode: exitCodes.undecided, stream: 'stderr', text: `cilium: no answer: ${why}\n` }
    }
  }

  async #answer(request: AgentRequest): Promise<AgentAnswer> {
    switch (request.kind) {
      case 'service-list':
        return good(printServiceList(await this.#services(), request.format))
      case 'lb-list':
        return good(printLoadBalancerList(await this.#services(), request))
      case 'version':
        return good(
          `Client: fairway ${this.#options.facts.fairwayVersion}\nDaemon: fairway ${this.#options.facts.fairwayVersion}\n`,
        )
      case 'help':
        return good(
          `cilium of Fairway's node agent answers: ${answerable.join(', ')}; each takes -o json but the last.\n`,
        )
      case 'status': {
        const status = await this.#status()
        const text =
          request.format === 'json'
            ? `${JSON.stringify(statusDocument(status), null, 2)}\n`
            : printStatus(status, request)
        return { exitCode: problemOf(status) === undefined ? exitCodes.good : exitCodes.bad, stream: 'stdout', text }
      }
      case 'misused':
        return { exitCode: exitCodes.usage, stream: 'stderr', text: `Error: ${request.message}\n` }
      case 'unanswerable': {
        const { words, because, instead } = request
        const text =
          `cilium ${words}: no answer: this node's agent is Fairway's own, on nftables; ${because}.\n` +
          `Look here instead: ${instead}\n`
        return { exitCode: exitCodes.undecided, stream: 'stderr', text }
      }
    }
  }

  #namespace(): NetNamespace {
    const { node, namespace } = this.#options
    const found = namespace()
    if (found === undefined) throw new Error(`the machine of node ${node} does not run`)
    return found
  }

  async #services(): Promise<readonly AgentService[]> {
    const { network, node } = this.#options
    const kernel = await readServices(this.#namespace())
    if (kernel === undefined) throw new Error(`no Services are programmed into the kernel of node ${node}`)
    return agentServices(kernel, { network: network(), node, ids: this.#ids })
  }

  async #status() {
    const { node, facts, now } = this.#options
    const namespace = this.#namespace()
    const network = this.#options.network()
    const [services, health] = await Promise.all([readServices(namespace), probeCluster(network, { node, namespace })])
    const kernel: KernelState = {
      services,
      ...changeNetwork(namespace, netlink => ({
        links: netlink.links(),
        routes: netlink.routes(),
        addresses: netlink.addresses(),
      })),
    }
    return agentStatus({ node, network, kernel, facts, health, memory: this.#memory, nowMs: now() })
  }
}

function good(text: string): AgentAnswer {
  return { exitCode: exitCodes.good, stream: 'stdout', text }
}
