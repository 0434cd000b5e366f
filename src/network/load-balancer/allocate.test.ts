import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Address, address } from '../../net/address.ts'
import { cidr } from '../../net/cidr.ts'
import type { CiliumLoadBalancerIPPool } from '../../objects/kinds/cilium-load-balancer-ip-pool.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { service } from '../resolve/fixture.testing.ts'
import { allocate } from './allocate.ts'
import { examinePools } from './examine-pools.ts'
import { poolConditions } from './pool-conditions.ts'
import { reservedAddresses } from './reserved-addresses.ts'

const pool = (name: string, spec: object, created = '2026-01-01T00:00:00Z'): CiliumLoadBalancerIPPool => ({
  apiVersion: 'cilium.io/v2',
  kind: 'CiliumLoadBalancerIPPool',
  metadata: { name, creationTimestamp: created },
  spec,
})
const blocks = (...texts: string[]) => ({ blocks: texts.map(cidr => ({ cidr })) })

interface Extra {
  readonly spec?: object
  readonly annotations?: Record<string, string>
  readonly labels?: Record<string, string>
  readonly held?: readonly string[]
  readonly created?: string
}
const lb = (key: string, { spec = {}, annotations = {}, labels = {}, held, created }: Extra = {}): Service =>
  service(key, {
    spec: { type: 'LoadBalancer', clusterIP: '10.96.0.9', ports: [{ port: 80, protocol: 'TCP' }], ...spec },
    annotations,
    labels,
    ...(held === undefined ? {} : { ingress: held }),
    ...(created === undefined ? {} : { created }),
  })
const shared = (key: string, extra: Record<string, string> = {}) => ({ 'lbipam.cilium.io/sharing-key': key, ...extra })
const ask = (...ips: string[]) => ({ 'lbipam.cilium.io/ips': ips.join(', ') })

interface Options {
  readonly reserved?: Record<string, string>
  readonly families?: readonly (4 | 6)[]
}
function run(pools: readonly CiliumLoadBalancerIPPool[], services: readonly Service[], options: Options = {}) {
  const reserved = new Map(
    Object.entries(options.reserved ?? {}).map(([text, owner]): [Address, string] => [address(text), owner]),
  )
  const { families } = options
  const allocation = allocate({ pools, services, reserved, ...(families === undefined ? {} : { families }) })
  return {
    ...allocation,
    /** `key: addresses reason` */
    given: [...allocation.services].map(
      ([key, { addresses, reason }]) => `${key}: ${[...addresses, reason].join(' ')}`,
    ),
    messages: [...allocation.services.values()].map(({ message }) => message),
  }
}
const small = pool('small', blocks('192.168.1.101/32', '192.168.1.102/32'))

test('each Service gets the lowest free address, the oldest first', () => {
  const services = [
    lb('a/young', { created: '2026-02-01T00:00:00Z' }),
    lb('a/old', { created: '2026-01-01T00:00:00Z' }),
    lb('a/late', { created: '2026-03-01T00:00:00Z' }),
  ]
  const { given, messages } = run([small], services)
  assert.deepEqual(given, ['a/old: 192.168.1.101 satisfied', 'a/young: 192.168.1.102 satisfied', 'a/late: out_of_ips'])
  assert.match(messages[2] ?? '', /every IPv4 address of the pools for this Service is taken/)
})

test('what is held is kept, whoever is older: a restart changes no address', () => {
  const { given } = run([small], [lb('a/a'), lb('a/b', { held: ['192.168.1.101'] })])
  assert.deepEqual(given, ['a/a: 192.168.1.102 satisfied', 'a/b: 192.168.1.101 satisfied'])
})

test('an address of a node, the gateway or the LAN itself is never handed out, nor kept, nor given on request', () => {
  const reserved = { '192.168.1.100': 'node k8s-3' }
  const anton = pool('default-pool', blocks('192.168.1.100/32', '192.168.1.101/32'))
  const first = run(
    [anton],
    [lb('a/a', { held: ['192.168.1.100'] }), lb('a/b', { annotations: ask('192.168.1.100') })],
    { reserved },
  )
  assert.deepEqual(first.given, ['a/a: 192.168.1.101 satisfied', 'a/b: already_allocated'])
  assert.equal(first.messages[1], '192.168.1.100 belongs to node k8s-3')
  const [use] = first.pools
  assert.deepEqual([use?.total, use?.used, use?.available], [2n, 1n, 0n])
  assert.match(
    examinePools(first.pools)[0]?.message ?? '',
    /pool default-pool holds 192\.168\.1\.100, which belongs to node k8s-3/,
  )
})

test('reserved are nodes, hosts, and both ends of an IPv4 LAN', () => {
  const reserved = reservedAddresses({
    nodes: [{ name: 'k8s-1', addresses: [address('192.168.1.98')] }],
    hosts: [{ name: 'router', kind: 'gateway', addresses: [address('192.168.1.1')] }],
    lanCidrs: [cidr('192.168.1.0/24'), cidr('fd00::/64')],
  })
  assert.deepEqual([...reserved.keys()].sort(), ['192.168.1.0', '192.168.1.1', '192.168.1.255', '192.168.1.98'])
})

test('the removed field `cidrs` is read as blocks, with a warning that shows them', () => {
  const old = pool('default-pool', { cidrs: [{ cidr: '192.168.1.101/32' }] })
  const { given, pools } = run([old], [lb('a/a')])
  assert.deepEqual(given, ['a/a: 192.168.1.101 satisfied'])
  assert.match(examinePools(pools)[0]?.fix ?? '', /blocks:\n- cidr: "192\.168\.1\.101\/32"/)
})

test('blocks: start and stop, a single start, masked host bits, ends left out only where something remains', () => {
  const sizes = (spec: object) => run([pool('p', spec)], []).pools[0]?.total
  assert.equal(sizes({ blocks: [{ start: '10.0.0.10', stop: '10.0.0.19' }] }), 10n)
  assert.equal(sizes({ blocks: [{ start: '10.0.0.10' }] }), 1n)
  assert.equal(sizes(blocks('10.0.0.12/24')), 256n)
  assert.equal(sizes({ ...blocks('10.0.0.0/24'), allowFirstLastIPs: 'No' }), 254n)
  assert.equal(sizes({ ...blocks('10.0.0.0/31'), allowFirstLastIPs: 'No' }), 2n)
  assert.equal(sizes(blocks('fd00::/64')), 2n ** 64n)
  assert.equal(sizes({ blocks: [{ start: '10.0.0.9', stop: '10.0.0.1' }, { cidr: 'nonsense' }] }), 0n)
})

test('a selector sees namespace and name under Cilium’s keys, which no label can fake', () => {
  const selective = (key: string, value: string) =>
    pool('p', { ...blocks('10.0.0.0/24'), serviceSelector: { matchLabels: { [key]: value } } })
  const faked = lb('evil/a', { labels: { 'io.kubernetes.service.namespace': 'good' } })
  assert.deepEqual(run([selective('io.kubernetes.service.namespace', 'good')], [faked, lb('good/a')]).given, [
    'evil/a: no_pool',
    'good/a: 10.0.0.0 satisfied',
  ])
  assert.deepEqual(run([selective('io.kubernetes.service.name', 'b')], [lb('x/b')]).given, ['x/b: 10.0.0.0 satisfied'])
})

test('a disabled or conflicting pool gives nothing new and takes nothing back', () => {
  const disabled = pool('p', { ...blocks('10.0.0.0/24'), disabled: true })
  assert.deepEqual(run([disabled], [lb('a/a'), lb('a/b', { held: ['10.0.0.7'] })]).given, [
    'a/a: no_pool',
    'a/b: 10.0.0.7 satisfied',
  ])
})

test('of overlapping pools the newer stands back, of equally old ones the later name', () => {
  const older = pool('z', blocks('10.0.0.0/28'), '2026-01-01T00:00:00Z')
  const newer = pool('a', blocks('10.0.0.8/29', '10.0.9.0/29'), '2026-01-02T00:00:00Z')
  const { pools } = run([newer, older], [])
  assert.deepEqual(
    pools.map(({ pool }) => [pool.name, pool.conflict]),
    [
      ['z', undefined],
      ['a', "Pool conflicts since range 10.0.0.8/29 overlaps range 10.0.0.0/28 from IP Pool 'z'"],
    ],
  )
  const twins = run([pool('b', blocks('10.0.0.0/28')), pool('a', blocks('10.0.0.0/28'))], [])
  assert.deepEqual(
    twins.pools.map(({ pool }) => [pool.name, pool.conflict !== undefined]),
    [
      ['a', false],
      ['b', true],
    ],
  )
  const [use] = twins.pools.slice(1)
  assert.ok(use)
  assert.deepEqual(
    poolConditions(use).map(({ type, status, reason, message }) => [type, status, reason, message.slice(0, 14)]),
    [
      ['cilium.io/PoolConflict', 'True', 'cidr_overlap', 'Pool conflicts'],
      ['cilium.io/IPsTotal', 'Unknown', 'noreason', '16'],
      ['cilium.io/IPsAvailable', 'Unknown', 'noreason', '16'],
      ['cilium.io/IPsUsed', 'Unknown', 'noreason', '0'],
    ],
  )
})

test('requested addresses are those of the field and of the annotation together; what is missing is named', () => {
  const wide = pool('p', blocks('10.0.0.0/24'))
  const both = lb('a/a', {
    spec: { loadBalancerIP: '10.0.0.5' },
    annotations: { 'io.cilium/lb-ipam-ips': '10.0.0.6,10.9.9.9, junk' },
  })
  const { given, messages } = run([wide], [both])
  assert.deepEqual(given, ['a/a: 10.0.0.5 10.0.0.6 no_pool'])
  assert.match(messages[0] ?? '', /no enabled pool without conflicts holds 10\.9\.9\.9/)
  const excluded = pool('p', { ...blocks('10.0.0.0/24'), serviceSelector: { matchLabels: { a: 'b' } } })
  assert.deepEqual(run([excluded], [lb('a/a', { annotations: ask('10.0.0.5') })]).given, [
    'a/a: pool_selector_mismatch',
  ])
})

test('of two Services that ask for one address the first keeps it; when it lets go the second gets it', () => {
  const wanting = lb('a/b', { annotations: ask('10.0.0.5') })
  const holding = lb('a/z', { annotations: ask('10.0.0.5'), held: ['10.0.0.5'] })
  const wide = pool('p', blocks('10.0.0.0/24'))
  const { given, messages } = run([wide], [wanting, holding])
  assert.deepEqual(given, ['a/b: already_allocated', 'a/z: 10.0.0.5 satisfied'])
  assert.equal(messages[0], 'Service a/z has 10.0.0.5')
  assert.deepEqual(run([wide], [wanting]).given, ['a/b: 10.0.0.5 satisfied'])
})

const udp = { ports: [{ port: 80, protocol: 'UDP' }] }
const other = { ports: [{ port: 443, protocol: 'TCP' }] }
const local = { externalTrafficPolicy: 'Local', selector: { app: 'x' } }
const sharing: readonly (readonly [string, Extra, Extra, boolean])[] = [
  ['different ports', {}, { spec: other }, true],
  ['the same port of another protocol', {}, { spec: udp }, true],
  ['the same port', {}, {}, false],
  ['different traffic policies', {}, { spec: { ...other, ...local } }, false],
  ['Local with equal selectors', { spec: local }, { spec: { ...other, ...local } }, true],
  ['Local with different selectors', { spec: local }, { spec: { ...other, ...local, selector: { app: 'y' } } }, false],
  [
    'Local without selectors',
    { spec: { externalTrafficPolicy: 'Local' } },
    { spec: { ...other, externalTrafficPolicy: 'Local' } },
    false,
  ],
]
for (const [what, first, second, together] of sharing) {
  test(`a sharing key with ${what} ${together ? 'shares one address' : 'takes two'}`, () => {
    const services = [
      lb('a/a', { ...first, annotations: shared('k') }),
      lb('a/b', { ...second, annotations: shared('k') }),
    ]
    const { pools } = run([small], services)
    assert.equal(pools[0]?.used, together ? 1n : 2n)
  })
}

test('sharing across namespaces needs the consent of both', () => {
  const consent = (list: string) => shared('k', { 'lbipam.cilium.io/sharing-cross-namespace': list })
  const used = (one: string, two: string) =>
    run([small], [lb('a/a', { annotations: consent(one) }), lb('b/b', { spec: other, annotations: consent(two) })])
      .pools[0]?.used
  assert.equal(used('b', 'a'), 1n)
  assert.equal(used('*', ' x , a '), 1n)
  assert.equal(used('b', ''), 2n)
})

test('when only the port clash keeps two from sharing the last address, that is the reason given', () => {
  const one = pool('p', blocks('10.0.0.1/32'))
  const { given, messages } = run(
    [one],
    [lb('a/a', { annotations: shared('k') }), lb('a/b', { annotations: shared('k') })],
  )
  assert.deepEqual(given, ['a/a: 10.0.0.1 satisfied', 'a/b: already_allocated_incompatible_service'])
  assert.equal(messages[1], '10.0.0.1 cannot be shared with Service a/a: both use port 80/TCP')
})

const dual = [pool('four', blocks('10.0.0.0/30')), pool('six', blocks('fd00::/126'))]
const families: readonly (readonly [string, object, readonly (4 | 6)[], string])[] = [
  ['nothing said', {}, [4, 6], '10.0.0.0 satisfied'],
  ['SingleStack of IPv6', { ipFamilies: ['IPv6'], ipFamilyPolicy: 'SingleStack' }, [4, 6], 'fd00:: satisfied'],
  ['RequireDualStack', { ipFamilyPolicy: 'RequireDualStack' }, [4, 6], '10.0.0.0 fd00:: satisfied'],
  [
    'PreferDualStack on IPv4 only',
    { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv4', 'IPv6'] },
    [4],
    '10.0.0.0 satisfied',
  ],
  [
    'PreferDualStack of IPv4 on IPv6 only',
    { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv4'] },
    [6],
    'satisfied',
  ],
]
for (const [what, spec, enabled, expected] of families) {
  test(`address families: ${what}`, () => {
    assert.deepEqual(run(dual, [lb('a/a', { spec })], { families: enabled }).given, [`a/a: ${expected}`])
  })
}

test('a foreign class is none of our business, and without any pool nothing is', () => {
  const foreign = lb('a/a', { spec: { loadBalancerClass: 'tailscale' } })
  assert.deepEqual(
    run([small], [foreign, lb('a/b', { spec: { loadBalancerClass: 'io.cilium/l2-announcer' } })]).given,
    ['a/b: 192.168.1.101 satisfied'],
  )
  assert.deepEqual(run([], [lb('a/a')]).given, [])
})

test('widening a pool keeps every address; taking a block away moves only its Services', () => {
  const services = [lb('a/a', { held: ['10.0.0.1'] }), lb('a/b', { held: ['10.0.1.1'] })]
  assert.deepEqual(run([pool('p', blocks('10.0.0.0/23'))], services).given, [
    'a/a: 10.0.0.1 satisfied',
    'a/b: 10.0.1.1 satisfied',
  ])
  assert.deepEqual(run([pool('p', blocks('10.0.0.0/24'))], services).given, [
    'a/a: 10.0.0.1 satisfied',
    'a/b: 10.0.0.0 satisfied',
  ])
})
