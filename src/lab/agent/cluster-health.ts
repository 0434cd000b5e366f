// Which nodes, and which pods on them, answer an echo request from this node?
import { type Address, familyOf } from '../../net/address.ts'
import type { Network } from '../../network/model.ts'
import type { Runner } from '../../sys/runner.ts'

export interface NodeHealth {
  readonly name: string
  readonly address: Address | undefined
  readonly isLocal: boolean
  readonly nodeAnswers: boolean
  /** One pod with a network of its own, standing for the node's pods; absent when it has none. */
  readonly podAnswers?: boolean
}

/** This node first, then by name. */
export async function probeCluster(
  network: Network,
  from: { readonly node: string; readonly namespace: Pick<Runner, 'run'> },
): Promise<readonly NodeHealth[]> {
  const nodes = [...network.nodes].sort((a, b) => Number(b.name === from.node) - Number(a.name === from.node))
  return await Promise.all(
    nodes.map(async ({ name, addresses }): Promise<NodeHealth> => {
      const [address] = addresses
      const pod = network.pods.find(item => item.node === name && !item.hostNetwork && item.ready)?.addresses[0]
      const [nodeAnswers, podAnswers] = await Promise.all([
        address === undefined ? false : answers(from.namespace, address),
        pod === undefined ? undefined : answers(from.namespace, pod),
      ])
      const isLocal = name === from.node
      return { name, address, isLocal, nodeAnswers, ...(podAnswers === undefined ? {} : { podAnswers }) }
    }),
  )
}

async function answers(namespace: Pick<Runner, 'run'>, address: Address): Promise<boolean> {
  const applet = familyOf(address) === 6 ? 'ping6' : 'ping'
  const { exitCode } = await namespace.run('busybox', [applet, '-c', '1', '-W', '1', '-q', address], {
    timeoutMs: 5_000,
  })
  return exitCode === 0
}

export function isHealthy({ nodeAnswers, podAnswers = true }: NodeHealth): boolean {
  return nodeAnswers && podAnswers
}
