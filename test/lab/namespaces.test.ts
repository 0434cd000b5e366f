// Is a namespace left again in every case, and do sockets and programs made inside belong to it?
// Run with: scripts/in-sandbox node --test test/lab/
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readlinkSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { address } from '../../src/net/address.ts'
import { cidr, hostCidr } from '../../src/net/cidr.ts'
import type { NetNamespace } from '../../src/sys/namespace.ts'
import { changeNetwork, type Netlink } from '../../src/sys/netlink.ts'
import { createNamespace, networkDescriptor, openNamespace } from '../../src/sys/netns.ts'
import { bindUdp, openTcpListener } from '../../src/sys/sockets.ts'
import { readSetting, writeKnownSettings, writeSettings } from '../../src/sys/sysctl.ts'
import { useOwnRun } from './own-run.testing.ts'

useOwnRun()

const here = () => readlinkSync('/proc/thread-self/ns/net')
const identity = (namespace: NetNamespace) => `net:[${statSync(namespace.path).ino}]`

/** Two namespaces with a cable between them: 10.0.0.1 and 10.0.0.2. */
function cabled(): [NetNamespace, NetNamespace, AsyncDisposableStack] {
  const stack = new AsyncDisposableStack()
  const a = stack.use(createNamespace('cable-a'))
  const b = stack.use(createNamespace('cable-b'))
  changeNetwork(a, netlink =>
    netlink.apply([
      { kind: 'set-link', name: 'lo', up: true },
      { kind: 'add-veth', name: 'eth0', up: true, peer: { name: 'eth0', namespaceFd: networkDescriptor(b) } },
      { kind: 'add-address', device: 'eth0', address: address('10.0.0.1'), prefix: 24 },
    ]),
  )
  changeNetwork(b, netlink =>
    netlink.apply([
      { kind: 'set-link', name: 'lo', up: true },
      { kind: 'set-link', name: 'eth0', up: true },
      { kind: 'add-address', device: 'eth0', address: address('10.0.0.2'), prefix: 24 },
    ]),
  )
  return [a, b, stack]
}

test('the thread is home again after work, after a throw, and after nested visits', async () => {
  const home = here()
  await using a = createNamespace('visit-a')
  await using b = createNamespace('visit-b')
  assert.notEqual(identity(a), home)
  assert.equal(a.inside(here), identity(a))
  assert.equal(here(), home)
  assert.throws(
    () =>
      a.inside(() => {
        throw new Error('on purpose')
      }),
    /on purpose/,
  )
  assert.equal(here(), home)
  const seen = a.inside(() => [here(), b.inside(here), here()])
  assert.deepEqual(seen, [identity(a), identity(b), identity(a)])
  assert.throws(() => a.inside(() => b.inside(() => assert.fail('deep'))), /deep/)
  assert.equal(here(), home)
})

test('asynchronous work is refused, since it would go on outside', async () => {
  const home = here()
  await using a = createNamespace('visit-a')
  assert.throws(() => a.inside(async () => 1), /must be synchronous/)
  assert.equal(here(), home)
})

test('helper threads that Node starts late are at home', async () => {
  const program = `
    import { readFile } from 'node:fs/promises'
    import { createNamespace } from ${JSON.stringify(new URL('../../src/sys/netns.ts', import.meta.url).href)}
    const a = createNamespace('late')
    // The first asynchronous file access, made inside: its thread must not stay there.
    let pending
    a.inside(() => { pending = readFile('/proc/thread-self/net/dev', 'utf8') })
    const inside = a.inside(() => 0)
    process.stdout.write(String((await pending).includes('marker0')))
    await a[Symbol.asyncDispose]()`
  const namespaces = createNamespace('marked')
  await using _ = namespaces
  changeNetwork(namespaces, netlink => netlink.apply([{ kind: 'add-bridge', name: 'marker0' }]))
  const result = await namespaces.run(process.execPath, ['--input-type=module', '-e', program])
  assert.deepEqual([result.stdout, result.stderr], ['true', ''])
})

test('when the way home is gone the process stops at once', async () => {
  const program = `
    import { closeSync, readlinkSync, readdirSync } from 'node:fs'
    import { createNamespace } from ${JSON.stringify(new URL('../../src/sys/netns.ts', import.meta.url).href)}
    const home = readlinkSync('/proc/thread-self/ns/net')
    const a = createNamespace('no-return')
    a.inside(() => {
      for (const fd of readdirSync('/proc/self/fd')) {
        let target = ''
        try { target = readlinkSync('/proc/self/fd/' + fd) } catch {}
        if (target === home) closeSync(Number(fd))
      }
    })
    process.stdout.write('went on')`
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })
  assert.equal(result.stdout, '')
  assert.match(result.stderr, /cannot leave the network namespace no-return/)
  assert.equal(result.signal, 'SIGABRT')
  await openNamespace('no-return')[Symbol.asyncDispose]()
})

test('a name can be taken once, is visible to other programs, and is free again after disposal', async () => {
  const a = createNamespace('taken')
  assert.throws(() => createNamespace('taken'), { code: 'EEXIST' })
  assert.throws(() => createNamespace('../etc/x'), /not a name/)
  assert.match(spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' }).stdout, /^taken/m)
  await a[Symbol.asyncDispose]()
  await a[Symbol.asyncDispose]()
  assert.equal(existsSync(a.path), false)
  await createNamespace('taken')[Symbol.asyncDispose]()
})

test('TCP made inside belongs to the namespace at both ends', async () => {
  const [a, b, stack] = cabled()
  await using _ = stack
  const server = createServer(socket => socket.end(`${socket.remoteAddress}`))
  b.listen(server, 80)
  assert.equal(await text(a.connect('10.0.0.2', 80)), '::ffff:10.0.0.1')
  assert.throws(() => b.listen(createServer(), 80), { code: 'EADDRINUSE' })
  a.listen(createServer().unref(), 80)
  await assert.rejects(once(a.connect('10.0.0.2', 81), 'connect'), { code: 'ECONNREFUSED' })
  assert.throws(() => a.connect('localhost', 80), /not an IP address/)
  const bound = b.inside(() => openTcpListener({ port: 8080, address: '10.0.0.2' }))
  const onlyHere = createServer(socket => socket.end('bound')).listen({ fd: bound })
  assert.equal(await text(a.connect('10.0.0.2', 8080)), 'bound')
  await assert.rejects(once(b.connect('127.0.0.1', 8080), 'connect'), { code: 'ECONNREFUSED' })
  onlyHere.close()
  server.close()
})

test('UDP made inside belongs to the namespace, and a taken port is refused at once', async () => {
  const [a, b, stack] = cabled()
  await using _ = stack
  const server = b.inside(() => bindUdp({ port: 53 }))
  server.on('message', (message, from) => server.send(`${message} from ${from.address}`, from.port, from.address))
  const client = a.inside(() => bindUdp({ port: 0, address: '10.0.0.1' }))
  client.send('hello', 53, '10.0.0.2')
  const [reply] = await once(client, 'message')
  assert.equal(String(reply), 'hello from ::ffff:10.0.0.1')
  assert.throws(() => b.inside(() => bindUdp({ port: 53 })), { code: 'EADDRINUSE' })
  client.close()
  server.close()
})

test('programs run inside, are fed, and are killed when they take too long', async () => {
  await using a = createNamespace('programs')
  const sorted = await a.run('sort', ['-r'], { input: 'a\nb\n' })
  assert.deepEqual(sorted, { exitCode: 0, stdout: 'b\na\n', stderr: '' })
  assert.equal((await a.run('readlink', ['/proc/self/ns/net'])).stdout.trim(), identity(a))
  assert.equal((await a.run('sh', ['-c', 'exit 7'])).exitCode, 7)
  assert.equal((await a.run('sh', ['-c', 'kill -TERM $$'])).exitCode, 143)
  await assert.rejects(a.run('sleep', ['30'], { timeoutMs: 50 }), /sleep 30 took longer than 50 ms/)
  await assert.rejects(a.run('no-such-program', []), /cannot start no-such-program/)
})

test('settings are those of the namespace', async () => {
  await using a = createNamespace('settings')
  const before = readSetting('net.ipv4.ip_forward')
  a.inside(() => writeSettings({ 'net.ipv4.ip_forward': before === '1' ? 0 : 1 }))
  assert.notEqual(
    a.inside(() => readSetting('net.ipv4.ip_forward')),
    before,
  )
  assert.equal(readSetting('net.ipv4.ip_forward'), before)
  assert.deepEqual(
    a.inside(() => writeKnownSettings({ 'net.ipv4.no_such_setting': 1 })),
    ['net.ipv4.no_such_setting'],
  )
  assert.throws(() => writeSettings({ 'kernel.hostname': 'x' }), /not a network setting/)
})

test('what was asked of the kernel is what it lists', async () => {
  await using a = createNamespace('lists')
  const listed = changeNetwork(a, netlink => {
    netlink.apply([
      { kind: 'set-link', name: 'lo', up: true },
      { kind: 'add-bridge', name: 'br0', mac: '02:00:00:00:00:01', up: true },
      { kind: 'add-veth', name: 'left', mtu: 1400, up: true, peer: { name: 'right', mac: '02:00:00:00:00:02' } },
      { kind: 'set-link', name: 'right', up: true, master: 'br0' },
      { kind: 'add-address', device: 'left', address: address('10.1.0.1'), prefix: 24 },
      { kind: 'add-address', device: 'left', address: address('fd00::1'), prefix: 64 },
      { kind: 'put-neighbour', device: 'left', address: address('10.1.0.9'), mac: '02:00:00:00:00:09' },
      { kind: 'put-route', to: cidr('10.2.0.0/16'), via: address('10.1.0.9'), source: address('10.1.0.1') },
      { kind: 'put-route', to: 4, via: address('169.254.1.1'), device: 'left', onLink: true, metric: 7 },
      { kind: 'add-route', to: cidr('10.3.0.0/16'), type: 'blackhole' },
      { kind: 'add-route', to: cidr('10.4.0.0/16'), via: address('fd00::9'), device: 'left' },
      { kind: 'add-route', to: cidr('10.5.0.0/16'), device: 'left', table: 1000 },
      { kind: 'add-route', to: cidr('198.51.100.0/24'), type: 'local', device: 'lo' },
    ])
    return lists(netlink)
  })
  const index = (name: string) => listed.links.find(link => link.name === name)?.index ?? -1
  const left = index('left')
  assert.deepEqual(
    listed.links.map(link => [link.name, link.kind, link.up]),
    [
      ['lo', '', true],
      ['br0', 'bridge', true],
      ['right', 'veth', true],
      ['left', 'veth', true],
    ],
  )
  const [br0, right] = [listed.links[1], listed.links[2]]
  assert.deepEqual(
    [br0?.mac, listed.links[3]?.mtu, right?.mac, right?.master, right?.carrier],
    ['02:00:00:00:00:01', 1400, '02:00:00:00:00:02', index('br0'), true],
  )
  const has = (address: string) => listed.addresses.find(held => held.address === address)
  assert.deepEqual(has('10.1.0.1'), { device: left, address: '10.1.0.1', prefix: 24, tentative: false })
  assert.deepEqual(has('fd00::1'), { device: left, address: 'fd00::1', prefix: 64, tentative: false })
  const route = (base: string) => listed.routes.find(candidate => candidate.to?.base === base)
  const common = { family: 4, table: 254, metric: 0 } as const
  assert.deepEqual(route('10.2.0.0'), {
    ...common,
    to: cidr('10.2.0.0/16'),
    via: '10.1.0.9',
    device: left,
    source: '10.1.0.1',
    type: 'unicast',
  })
  assert.deepEqual(route('10.3.0.0'), { ...common, to: cidr('10.3.0.0/16'), type: 'blackhole' })
  assert.deepEqual(route('10.4.0.0'), {
    ...common,
    to: cidr('10.4.0.0/16'),
    via: 'fd00::9',
    device: left,
    type: 'unicast',
  })
  assert.equal(route('10.5.0.0')?.table, 1000)
  assert.deepEqual([route('198.51.100.0')?.type, route('198.51.100.0')?.table], ['local', 255])
  const fallback = listed.routes.find(candidate => candidate.to === undefined && candidate.family === 4)
  assert.deepEqual(fallback, { ...common, via: '169.254.1.1', device: left, type: 'unicast', metric: 7 })
  assert.deepEqual(
    listed.neighbours.find(entry => entry.permanent && entry.address === '10.1.0.9')?.mac,
    '02:00:00:00:00:09',
  )
})

test('put replaces, delete removes, and a failure names the thing and the reason', async () => {
  await using a = createNamespace('changes')
  const net = cidr('10.2.0.0/16')
  const own = { device: 'lo', address: address('10.9.9.9'), prefix: 32 }
  changeNetwork(a, netlink => {
    const apply = (...changes: Parameters<Netlink['apply']>[0]) => netlink.apply(changes)
    apply({ kind: 'set-link', name: 'lo', up: true }, { kind: 'put-address', ...own }, { kind: 'put-address', ...own })
    assert.throws(() => apply({ kind: 'add-address', ...own }), /cannot give 10\.9\.9\.9\/32 to lo: EEXIST/)
    apply({ kind: 'put-route', to: net, type: 'blackhole' }, { kind: 'put-route', to: net, device: 'lo' })
    assert.deepEqual(
      lists(netlink)
        .routes.filter(route => route.to?.base === '10.2.0.0')
        .map(route => route.type),
      ['unicast'],
    )
    apply({ kind: 'delete-route', to: net }, { kind: 'delete-address', ...own })
    assert.throws(() => apply({ kind: 'delete-route', to: net }), /cannot delete the route 10\.2\.0\.0\/16: ESRCH/)
    assert.throws(() => apply({ kind: 'delete-address', ...own }), { code: 'EADDRNOTAVAIL' })
    assert.throws(
      () => apply({ kind: 'set-link', name: 'nowhere', up: true }),
      /cannot change the interface nowhere: ENODEV/,
    )
    assert.throws(
      () => apply({ kind: 'add-address', ...own, device: 'nowhere' }),
      /cannot find the interface nowhere: ENODEV/,
    )
    assert.throws(() => apply({ kind: 'add-bridge', name: 'x', mac: 'xx' }), /not a MAC address/)
    apply(
      { kind: 'delete-route', to: net, missingOk: true },
      { kind: 'delete-address', ...own, missingOk: true },
      { kind: 'delete-link', name: 'nowhere', missingOk: true },
      { kind: 'delete-neighbour', device: 'lo', address: own.address, missingOk: true },
    )
    assert.throws(
      () => apply({ kind: 'put-route', to: net, via: address('1.2.3.4') }, { kind: 'put-address', ...own }),
      /via 1\.2\.3\.4: ENETUNREACH .*Nexthop has invalid gateway/,
    )
  })
})

test('a thousand changes go through in batches', async () => {
  await using a = createNamespace('many')
  const changes = Array.from({ length: 1000 }, (_, i) => hostCidr(address(`10.${i >> 8}.${i & 255}.1`)))
  const count = changeNetwork(a, netlink => {
    netlink.apply([{ kind: 'set-link', name: 'lo', up: true }])
    netlink.apply(changes.map(to => ({ kind: 'add-route', to, type: 'blackhole' })))
    return netlink.routes().filter(route => route.type === 'blackhole').length
  })
  assert.equal(count, 1000)
})

function lists(netlink: Netlink) {
  return {
    links: netlink.links(),
    addresses: netlink.addresses(),
    routes: netlink.routes(),
    neighbours: netlink.neighbours(),
  }
}
