// Do connections survive what happens to the rules and the addresses around them?
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { systemClock } from '../../src/client/clock.ts'
import { machineAnnouncers } from '../../src/controllers/announcement/machine-announcers.ts'
import { loadAll } from '../../src/dataplane/nftables/diff.ts'
import { address } from '../../src/net/address.ts'
import { service, slice } from '../../src/network/resolve/fixture.testing.ts'
import { changeNetwork } from '../../src/sys/netlink.ts'
import { etherTypeArp, openPacketSocket, readArp } from '../../src/sys/packet.ts'
import { ask, startWorld, type World } from './world.testing.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(async () => {
  assert.deepEqual(world.failures, [])
  await world[Symbol.asyncDispose]()
})

const web = service('default/web', {
  spec: { type: 'LoadBalancer', clusterIP: '10.96.0.20', ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
  ingress: ['192.168.1.101'],
})
const at = (...addresses: string[]) =>
  slice('default/web', { ports: [{ name: 'http', port: 8080 }], endpoints: addresses.map(text => ({ address: text })) })
const all = ['10.244.0.10', '10.244.0.11', '10.244.1.10', '10.244.1.11']

/** Connects without a pause, in four lanes, until `until` is over; the first failure rejects. */
async function hammer(until: Promise<unknown>): Promise<number> {
  let isOver = false
  let count = 0
  const lane = async () => {
    while (!isOver) {
      await ask(world.machine('b1'), '10.96.0.20', { timeoutMs: 900 })
      count++
    }
  }
  const lanes = Promise.all([lane(), lane(), lane(), lane()])
  await Promise.race([until, lanes])
  isOver = true
  await lanes
  return count
}

test('not one connection fails while endpoints and their number change all the time', async () => {
  await world.apply({ services: [web], endpointSlices: [at(...all)] })
  let changes = 0
  const churn = async () => {
    const until = performance.now() + 800
    while (performance.now() < until) {
      const some = all.filter((_, index) => (changes + index) % 4 < 1 + (changes % 4))
      await world.apply({ services: [web], endpointSlices: [at(...(some.length === 0 ? all : some))] })
      changes++
    }
  }
  const connections = await hammer(churn())
  assert.ok(changes > 20 && connections > 100, `${changes} changes, ${connections} connections`)
})

test('not one connection fails, and none in being is cut, while the whole ruleset is loaded anew', async () => {
  await world.apply({ services: [web], endpointSlices: [at(...all)] })
  const kept = world.machine('b1').connect('10.96.0.20', 80)
  await new Promise((resolve, reject) => kept.once('connect', resolve).once('error', reject))
  const plan = world.appliers.get('k8s-2')?.current
  assert.ok(plan)
  let loads = 0
  const reload = async () => {
    const until = performance.now() + 500
    while (performance.now() < until) {
      const { exitCode, stderr } = await world
        .machine('k8s-2')
        .run('nft', ['-f', '-'], { input: loadAll(plan).commands })
      assert.equal(exitCode, 0, stderr)
      loads++
    }
  }
  const connections = await hammer(reload())
  assert.ok(loads > 5 && connections > 50, `${loads} loads, ${connections} connections`)
  const answer = new Promise(resolve => kept.once('data', resolve))
  kept.write('?')
  await answer
  kept.destroy()
})

test('rules that somebody changed behind our back are mended with the next change', async () => {
  await world.apply({ services: [web], endpointSlices: [at(...all)] })
  await world.machine('k8s-2').run('nft', ['flush', 'ruleset'])
  await world.apply({ services: [web], endpointSlices: [at('10.244.0.11')] })
  assert.match(world.failures.splice(0).join(), /^k8s-2: Error: No such file or directory[^,]*/)
  assert.equal((await ask(world.machine('b1'), '10.96.0.20')).pod, 'a2')
})

test('an announced address is learnt by the LAN at once, also by a client with an old entry, and only one node answers', async () => {
  await world.apply({ services: [web], endpointSlices: [at(...all)] })
  const stop = new AbortController()
  const announcers = machineAnnouncers({
    namespaceOf: name => world.machine(name),
    device: 'eth0',
    clock: systemClock,
    signal: stop.signal,
  })
  const vip = address('192.168.1.101')
  using ear = openPacketSocket(world.machine('laptop'), 'eth0', etherTypeArp)
  const heard: string[] = []
  ear.onFrame(frame => {
    const arp = readArp(frame)
    if (arp?.sender === vip && arp.target === vip) heard.push(`${arp.operation} ${arp.senderMac}`)
  })
  const macOf = (name: string) =>
    changeNetwork(world.machine(name), netlink => netlink.links().find(({ name }) => name === 'eth0')?.mac)

  await announcers.announce('k8s-1', vip)
  for (let i = 0; i < 4; i++) assert.equal((await ask(world.machine('laptop'), vip)).client, '192.168.1.98')
  assert.deepEqual(heard, [`request ${macOf('k8s-1')}`, `reply ${macOf('k8s-1')}`])

  await announcers.withdraw('k8s-1', vip)
  await announcers.announce('k8s-2', vip)
  for (let i = 0; i < 4; i++) assert.equal((await ask(world.machine('laptop'), vip)).client, '192.168.1.99')
  assert.deepEqual(heard.slice(2), [`request ${macOf('k8s-2')}`, `reply ${macOf('k8s-2')}`])
  // The news is repeated, for hosts that missed it; the old node keeps silent.
  await new Promise(resolve => setTimeout(resolve, 1200))
  assert.deepEqual(heard.slice(4), [`request ${macOf('k8s-2')}`, `reply ${macOf('k8s-2')}`])
  stop.abort()
  await announcers.withdraw('k8s-2', vip)
})
