// Does a program get a real terminal, and do raw frames reach the LAN?
// Run with: scripts/in-sandbox node --test test/lab/
import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { stableMac } from '../../src/lab/topology/link-names.ts'
import { startTopology } from '../../src/lab/topology/topology.ts'
import { address } from '../../src/net/address.ts'
import { host } from '../../src/sys/host.ts'
import { changeNetwork } from '../../src/sys/netlink.ts'
import { gratuitousArp, openPacketSocket, probeArp, readArp, unsolicitedAdvertisement } from '../../src/sys/packet.ts'
import { spawnInTerminal } from '../../src/sys/pty.ts'
import { antonDualStack } from './anton-plan.testing.ts'
import { useOwnRun } from './own-run.testing.ts'

useOwnRun()

test('a program in a terminal has its size, reads what is typed, and its exit code comes back', async () => {
  const script = 'tty -s && stty size && read -r line && echo "got $line" >/dev/tty && exit 3'
  const terminal = spawnInTerminal(host, ['sh', '-c', script], { columns: 101, rows: 33 })
  terminal.stream.write('typed\r')
  const shown = await text(terminal.stream)
  assert.match(shown, /33 101\r\n/)
  assert.match(shown, /got typed\r\n$/)
  assert.equal(await terminal.exitCode, 3)
  terminal.resize(1, 1)
})

test('a resize reaches the program as a signal', async () => {
  const script = 'trap "stty size; exit" WINCH; echo ready; while :; do sleep 0.05; done'
  const terminal = spawnInTerminal(host, ['sh', '-c', script])
  let shown = ''
  for await (const chunk of terminal.stream) {
    if (shown === '') terminal.resize(120, 40)
    shown += chunk
  }
  assert.match(shown, /40 120\r\n$/)
})

test('Ctrl-C interrupts, and the end of the input is Ctrl-D', async () => {
  const interrupted = spawnInTerminal(host, ['sleep', '30'])
  setTimeout(() => interrupted.stream.write('\x03'), 100)
  interrupted.stream.resume()
  assert.equal(await interrupted.exitCode, 130)
  const ended = spawnInTerminal(host, ['cat'])
  ended.stream.end('last words\r')
  assert.match(await text(ended.stream), /last words\r\nlast words\r\n/)
  assert.equal(await ended.exitCode, 0)
})

test('much output arrives whole', async () => {
  const terminal = spawnInTerminal(host, ['seq', '1', '50000'])
  const lines = (await text(terminal.stream)).split('\r\n')
  assert.deepEqual([lines.length, lines[0], lines[49_999]], [50_001, '1', '50000'])
})

test('a program that does not exist is an error in the terminal and in its exit code', async () => {
  const terminal = spawnInTerminal(host, ['no-such-program'])
  assert.match(await text(terminal.stream), /no-such-program: No such file/)
  assert.notEqual(await terminal.exitCode, 0)
})

test('an ARP probe finds the holder of an address, and an announcement moves it', async () => {
  await using topology = await startTopology(antonDualStack)
  const namespaceOf = (name: string) => {
    const machine = topology.machines.get(name)
    assert.ok(machine)
    return machine.namespace
  }
  const [laptop, node1, node2] = [namespaceOf('laptop'), namespaceOf('k8s-1'), namespaceOf('k8s-2')]
  const from = { mac: stableMac('laptop'), address: address('192.168.1.50') }
  const target = address('192.168.1.240')
  const probe = () => probeArp(laptop, { device: 'eth0', from, target, timeoutMs: 200 })
  const held = { device: 'lo', address: target, prefix: 32 }

  assert.equal(await probe(), undefined)
  changeNetwork(node1, netlink => netlink.apply([{ kind: 'add-address', ...held }]))
  assert.equal(await probe(), stableMac('k8s-1'))
  const ping = await laptop.run('ping', ['-c1', '-W1', target])
  assert.equal(ping.exitCode, 0, ping.stdout)

  const known = () =>
    changeNetwork(laptop, netlink => netlink.neighbours().find(entry => entry.address === target)?.mac)
  assert.equal(known(), stableMac('k8s-1'))
  changeNetwork(node1, netlink => netlink.apply([{ kind: 'delete-address', ...held }]))
  changeNetwork(node2, netlink => netlink.apply([{ kind: 'add-address', ...held }]))
  using socket = openPacketSocket(node2, 'eth0')
  // The kernel keeps an entry that is younger than a second (net.ipv4.neigh.*.locktime); announcements are repeated for that.
  for (let attempt = 0; attempt < 30 && known() !== stableMac('k8s-2'); attempt++) {
    socket.send(gratuitousArp(target, stableMac('k8s-2')))
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  assert.equal(known(), stableMac('k8s-2'))
})

test('an unsolicited advertisement moves an IPv6 address', async () => {
  await using topology = await startTopology(antonDualStack)
  const [laptop, node] = [topology.machines.get('laptop')?.namespace, topology.machines.get('k8s-1')?.namespace]
  assert.ok(laptop && node)
  const target = address('fd00:1::98')
  await laptop.run('ping', ['-6', '-c1', '-W1', target])
  const known = () =>
    changeNetwork(laptop, netlink => netlink.neighbours().find(entry => entry.address === target)?.mac)
  assert.equal(known(), stableMac('k8s-1'))
  using socket = openPacketSocket(node, 'eth0')
  socket.send(unsolicitedAdvertisement(target, '02:00:00:00:00:77'))
  assert.equal(known(), '02:00:00:00:00:77')
})

test('a frame that is no ARP is not taken for one', () => {
  assert.equal(readArp(Buffer.alloc(60)), undefined)
  assert.equal(readArp(Buffer.alloc(10)), undefined)
  const mac = '02:00:00:00:00:01'
  assert.deepEqual(readArp(gratuitousArp(address('10.0.0.1'), mac)), {
    operation: 'request',
    senderMac: mac,
    sender: '10.0.0.1',
    targetMac: '00:00:00:00:00:00',
    target: '10.0.0.1',
  })
})
