import assert from 'node:assert/strict'
import { test } from 'node:test'
import { address } from '../../net/address.ts'
import type { Network } from '../../network/model.ts'
import { cluster } from '../../network/resolve/fixture.testing.ts'
import { resolve } from '../../network/resolve/resolve.ts'
import type { NetworkSource, NetworkSubscriber } from '../network/start-network.ts'
import { startAnnouncements } from './announcement-controller.ts'

const empty = resolve(cluster({}))
const holding = (...pairs: readonly (readonly [string, string])[]): Network => ({
  ...empty,
  announcements: pairs.map(([text, node]) => ({ address: address(text), node, services: ['a/s'] })),
})

function source() {
  const subscribers = new Set<NetworkSubscriber>()
  const network: NetworkSource = {
    current: () => empty,
    synced: Promise.resolve(),
    onChange(callback) {
      subscribers.add(callback)
      return () => subscribers.delete(callback)
    },
    flush() {},
  }
  return { network, publish: (next: Network) => subscribers.forEach(tell => void tell(next, undefined)) }
}

test('an address leaves its old node before it comes to the new one', async () => {
  const { network, publish } = source()
  const log: string[] = []
  const announcers = {
    announce: (node: string, ip: string) => void log.push(`+${node} ${ip}`),
    withdraw: async (node: string, ip: string) => {
      await new Promise(resolve => setTimeout(resolve, 2))
      log.push(`-${node} ${ip}`)
    },
  }
  await using controller = startAnnouncements({ network, announcers, signal: new AbortController().signal })
  publish(holding(['10.0.0.1', 'a'], ['10.0.0.2', 'b']))
  await controller.idle()
  publish(holding(['10.0.0.1', 'b'], ['10.0.0.2', 'b']))
  publish(holding(['10.0.0.1', 'c'], ['10.0.0.2', 'b']))
  await controller.idle()
  publish(holding(['10.0.0.1', 'c']))
  await controller.idle()
  // What was wanted only in between is never carried out.
  assert.deepEqual(log, ['+a 10.0.0.1', '+b 10.0.0.2', '-a 10.0.0.1', '+c 10.0.0.1', '-b 10.0.0.2'])
  assert.deepEqual([...controller.announced], [[address('10.0.0.1'), 'c']])
})

test('as long as the old node cannot be made to let go, nobody else answers', async () => {
  const { network, publish } = source()
  const log: string[] = []
  const problems: string[] = []
  let isStuck = true
  const announcers = {
    announce: (node: string) => void log.push(`+${node}`),
    withdraw(node: string) {
      if (isStuck) throw new Error('stuck')
      log.push(`-${node}`)
    },
  }
  // Only the retry waits, and its timer fires at once.
  const clock = {
    now: () => 0,
    setTimer(_: number, callback: () => void) {
      const timer = setTimeout(callback, 1)
      return () => clearTimeout(timer)
    },
  }
  await using controller = startAnnouncements({
    network,
    announcers,
    clock,
    signal: new AbortController().signal,
    onProblem: ({ where }) => {
      problems.push(where)
      if (problems.length === 3) isStuck = false
    },
  })
  publish(holding(['10.0.0.1', 'a']))
  await controller.idle()
  publish(holding(['10.0.0.1', 'b']))
  await controller.idle()
  assert.deepEqual(log, ['+a', '-a', '+b'])
  assert.deepEqual(problems, Array(3).fill('announcement: withdraw from a'))
})
