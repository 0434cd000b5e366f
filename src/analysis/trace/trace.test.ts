import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../../objects/object.ts'
import { ingress, inventory, object, pool, service, workload } from '../check/check.testing.ts'
import { foresee } from './foresee.ts'
import { trace } from './trace.ts'
import type { Trace } from './trace-result.ts'

const site = {
  nodes: [
    { name: 'one', address: '192.168.1.98' },
    { name: 'two', address: '192.168.1.99' },
  ],
  lan: { cidr: '192.168.1.0/24', gateway: '192.168.1.1', hosts: [{ name: 'laptop', address: '192.168.1.50' }] },
  ingress: [{ class: 'web', default: true }],
}

const addresses = pool('office', { blocks: [{ start: '192.168.1.200', stop: '192.168.1.209' }] })
const shop = [
  workload('shop', { ports: ['http:8080'] }),
  service('shop', { ports: [{ name: 'http', port: 80, targetPort: 'http' }] }),
  ingress('shop', ['shop.test.example/ → shop:http']),
  addresses,
]

interface Around {
  readonly foreign?: readonly KubeObject[]
  readonly site?: object
  readonly namespace?: string
}

function ask(objects: readonly KubeObject[], from: string, to: string, around: Around = {}): Trace {
  const input = inventory(objects, { site: { ...site, ...around.site }, foreign: around.foreign ?? [] })
  assert.ok(input.site)
  const found = trace(foresee(input, input.site), { from, to, namespace: around.namespace ?? 'default' })
  assert.ok(!('misread' in found), 'misread' in found ? found.misread : '')
  return found
}

function kinds({ hops }: Trace): string {
  return hops.map(({ kind }) => kind).join(' ')
}

/** The last hop and how it ends. */
function end({ hops, verdict }: Trace): string {
  const last = hops.at(-1)
  return `${verdict.kind} at ${last?.kind}: ${last?.says}`
}

function detailsOf({ hops }: Trace, kind: string): string {
  return hops
    .filter(hop => hop.kind === kind)
    .flatMap(({ details }) => details.map(({ text }) => text))
    .join('\n')
}

/** An EndpointSlice as a running cluster has it: `address@node`, with `!` for not ready and `~` for terminating. */
function slice(name: string, port: number, endpoints: readonly string[]): KubeObject {
  return object('EndpointSlice', `default/${name}-1`, {
    metadata: { name: `${name}-1`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: '', protocol: 'TCP', port }],
    endpoints: endpoints.map(text => {
      const [, mark = '', address = '', nodeName = ''] = /^([!~]?)(.*)@(.*)$/.exec(text) ?? []
      return {
        addresses: [address],
        nodeName,
        conditions: { ready: mark === '', serving: mark !== '!', terminating: mark === '~' },
        targetRef: { kind: 'Pod', namespace: 'default', name: `pod-${address}` },
      }
    }),
  })
}

test('a URL leads over name, announcement, Service, proxy and rule to the pods', () => {
  const found = ask(shop, 'laptop', 'http://shop.test.example/cart?x=1')
  assert.equal(kinds(found), 'from name arrival service endpoint rule endpoint pod')
  assert.deepEqual(found.verdict, {
    kind: 'yes',
    assuming: ['every node and pod of the folder runs and is ready', 'addresses are given as foreseen'],
  })
  assert.deepEqual(found.packet, {
    kind: 'http',
    scheme: 'http',
    host: 'shop.test.example',
    path: '/cart?x=1',
    to: { address: '192.168.1.200', port: 80 },
  })
  assert.match(end(found), /pod: default\/shop-\(1\) port 8080 answers$/)
  assert.match(detailsOf(found, 'arrival'), /of one, two, chosen by a hash/)
})

test('each hop names the object that decides, and the place in the file', () => {
  const [rule] = ask(shop, 'laptop', 'http://shop.test.example/').hops.filter(({ kind }) => kind === 'rule')
  const [first] = rule?.details ?? []
  assert.equal(first?.object, 'Ingress/default/shop')
  assert.equal(first?.field, 'spec.rules[0].http.paths[0]')
  // The test's inventory tells a place by its field.
  assert.equal(first?.position?.file, 'spec.rules[0].http.paths[0]')
})

test('what stands for an address is never shown as one', () => {
  const found = [
    ask(shop, 'default/shop', 'service/shop'),
    ask(shop, 'laptop', 'http://shop.test.example/'),
    ask(shop, 'one', 'service/shop'),
    ask(shop, 'internet', 'pod:default/shop'),
  ]
  const said = JSON.stringify(found)
  assert.doesNotMatch(said, /0\.0\.0\.\d/)
  assert.match(said, /the cluster address of Service default\/shop/)
})

test('plain HTTP to a host with TLS comes again over https', () => {
  const tls = ingress('shop', ['shop.test.example/ → shop:http'], { spec: { tls: [{ hosts: ['shop.test.example'] }] } })
  const found = ask([...shop.slice(0, 2), tls, addresses], 'laptop', 'http://shop.test.example/')
  assert.equal(
    kinds(found),
    'from name arrival service endpoint redirect arrival service endpoint tls rule endpoint pod',
  )
  assert.equal(found.verdict.kind, 'yes')
})

test('the longest path decides, and the rule that it beats is named', () => {
  const objects = [
    ...shop,
    workload('api', { ports: ['http:8080'] }),
    service('api', { ports: [{ port: 80, targetPort: 'http' }] }),
    ingress('api', ['shop.test.example/api → api']),
  ]
  const found = ask(objects, 'laptop', 'http://shop.test.example/api/v1')
  assert.match(end(found), /pod: default\/api-\(1\)/)
  assert.match(detailsOf(found, 'rule'), /it comes before: Prefix \/$/m)
  assert.match(end(ask(objects, 'laptop', 'http://shop.test.example/apis')), /pod: default\/shop-\(1\)/)
})

test('a host that nobody asks for has no name', () => {
  const found = ask(shop, 'laptop', 'http://shpo.test.example/')
  assert.match(end(found), /^no at name: shpo\.test\.example has no address/)
  assert.match(detailsOf(found, 'name'), /did you mean shop\.test\.example\?/)
})

test('a class that does not exist is the reason why a host has no name', () => {
  const lost = ingress('shop', ['shop.test.example/ → shop:http'], { className: 'wbe' })
  const found = ask([...shop.slice(0, 2), lost, addresses], 'laptop', 'http://shop.test.example/')
  assert.match(end(found), /^no at name:/)
  assert.match(detailsOf(found, 'name'), /asks for the ingress class "wbe", which does not exist/)
})

test('a port that no Service has is refused by the node that answers for the address', () => {
  const found = ask(shop, 'laptop', 'http://shop.test.example:8081/')
  assert.equal(kinds(found), 'from name arrival service')
  assert.match(end(found), /^no at service: no Service has port 8081\/TCP/)
  assert.match(detailsOf(found, 'service'), /80\/TCP \(network\//)
})

test('a path that no rule takes is a 404 of the proxy', () => {
  const narrow = ingress('shop', ['shop.test.example/shop → shop:http'])
  const found = ask([...shop.slice(0, 2), narrow, addresses], 'laptop', 'http://shop.test.example/')
  assert.match(end(found), /^no at rule: .*takes the path \/: NGINX answers 404$/)
  assert.match(detailsOf(found, 'rule'), /there is: Prefix \/shop/)
})

test('a backend that does not exist is an answer of the rule', () => {
  const wrong = ingress('shop', ['shop.test.example/ → shpo:http'])
  const found = ask([...shop.slice(0, 2), wrong, addresses], 'laptop', 'http://shop.test.example/')
  assert.match(end(found), /^no at rule: .*answers 503$/)
  assert.match(detailsOf(found, 'rule'), /Service default\/shpo does not exist/)
})

test('a Service that selects nothing is a 503 behind a proxy, and a refusal without one', () => {
  const empty = [
    service('shop', { selector: { app: 'nothing' } }),
    ingress('shop', ['shop.test.example/ → shop']),
    addresses,
  ]
  assert.match(
    end(ask(empty, 'laptop', 'http://shop.test.example/')),
    /^no at endpoint: .*no endpoint: NGINX answers 503$/,
  )
  const other = workload('other', { ports: ['8080'] })
  assert.match(end(ask([...empty, other], 'default/other', 'service/shop')), /^no at endpoint: .*refused at once$/)
})

test('where something else may bring the pods, nobody can tell', () => {
  const chart = object('HelmRelease', 'default/shop', { spec: { releaseName: 'shop' } })
  const found = ask(
    [service('shop'), ingress('shop', ['shop.test.example/ → shop']), addresses],
    'laptop',
    'http://shop.test.example/',
    {
      foreign: [chart],
    },
  )
  assert.equal(found.verdict.kind, 'unknown')
  assert.match(end(found), /its pods may come from HelmRelease shop$/)
})

test('a Service with a cluster address only is reached from outside through an Ingress that leads to it', () => {
  const found = ask(shop, 'laptop', 'service/shop')
  assert.equal(kinds(found), 'from entrance name arrival service endpoint rule endpoint pod')
  assert.match(found.hops[1]?.says ?? '', /from outside the way is http:\/\/shop\.test\.example\/$/)
  const alone = ask(shop.slice(0, 2), 'laptop', 'service/shop')
  assert.match(end(alone), /^no at entrance: .*no Ingress or HTTPRoute leads to its port 80$/)
})

test('a pod finds a Service by its search domains, and its own node replaces the address', () => {
  const found = ask(shop, 'default/shop', 'http://shop/')
  assert.equal(kinds(found), 'from name arrival service endpoint pod')
  assert.match(
    found.hops[1]?.says ?? '',
    /^shop\.default\.svc\.cluster\.local is the cluster address of Service default\/shop/,
  )
  assert.equal(found.verdict.kind, 'yes')
})

test('a client that does not ask the cluster’s DNS does not know names of Services', () => {
  const own = [...shop.slice(1), workload('shop', { ports: ['http:8080'], pod: { dnsPolicy: 'Default' } })]
  const byName = ask(own, 'default/shop', 'http://shop.default.svc.cluster.local/')
  assert.match(end(byName), /^no at name:/)
  assert.match(detailsOf(byName, 'name'), /only the cluster's DNS knows names of Services/)
  assert.match(end(ask(shop, 'one', 'tcp://shop.default.svc.cluster.local:80')), /^no at name:/)
  assert.equal(ask(shop, 'one', 'service/shop').verdict.kind, 'yes')
})

test('with externalTrafficPolicy Local only endpoints of the announcing node count, and pods are exempt', () => {
  const objects = [
    workload('client', { ports: ['8080'] }),
    service('web', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [{ port: 80 }] }),
    slice('web', 80, ['10.244.1.10@two', '!10.244.0.10@one']),
    addresses,
  ]
  const outside = ask(objects, 'laptop', 'service/web')
  assert.match(detailsOf(outside, 'arrival'), /the only node that may: two\nnot one: externalTrafficPolicy is Local/)
  assert.match(detailsOf(outside, 'endpoint'), /10\.244\.0\.10:80 on one: not on two, and the traffic policy is Local/)
  assert.match(end(outside), /^yes at pod: .*10\.244\.1\.10:80 on two answers$/)
  const inside = ask(objects, 'default/client', 'tcp://192.168.1.200:80')
  assert.match(detailsOf(inside, 'service'), /does not concern clients inside the cluster/)
})

test('a node port with a Local policy is dropped by a node without an endpoint', () => {
  const objects = [
    service('web', { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30_080 }] }),
    slice('web', 80, ['10.244.1.10@two']),
  ]
  assert.match(end(ask(objects, 'laptop', 'tcp://192.168.1.98:30080')), /^no at endpoint: .*the packet is dropped$/)
  assert.equal(ask(objects, 'laptop', 'tcp://192.168.1.99:30080').verdict.kind, 'yes')
  assert.match(end(ask(objects, 'one', 'tcp://192.168.1.99:30080')), /^yes/)
})

test('pods that are not scheduled yet leave a Local policy open', () => {
  const objects = [
    workload('web', { ports: ['80'] }),
    service('web', { type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30_080 }] }),
  ]
  assert.match(end(ask(objects, 'laptop', 'service/web')), /^unknown at endpoint: .*not scheduled yet$/)
})

test('terminating endpoints serve when no other is ready', () => {
  const objects = [
    service('web'),
    slice('web', 80, ['~10.244.1.10@two', '!10.244.0.10@one']),
    workload('c', { ports: ['1'] }),
  ]
  const found = ask(objects, 'default/c', 'service/web')
  assert.match(detailsOf(found, 'endpoint'), /terminating, and used because no other is ready/)
  assert.match(detailsOf(found, 'endpoint'), /10\.244\.0\.10:80 on one: not ready/)
  assert.equal(found.verdict.kind, 'yes')
})

test('source ranges shut out the LAN, and no pod', () => {
  const objects = [
    workload('web', { ports: ['80'] }),
    service('web', { type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.0/8'] }),
    addresses,
  ]
  assert.match(end(ask(objects, 'laptop', 'service/web')), /^no at service: .*in none of its loadBalancerSourceRanges/)
  assert.equal(ask(objects, 'default/web', 'tcp://192.168.1.200:80').verdict.kind, 'yes')
})

test('an address that no node may announce is answered for by nobody', () => {
  const policy = object('CiliumL2AnnouncementPolicy', 'none', {
    spec: { loadBalancerIPs: true, nodeSelector: { matchLabels: { lan: 'yes' } } },
  })
  const objects = [workload('web', { ports: ['80'] }), service('web', { type: 'LoadBalancer' }), addresses, policy]
  const found = ask(objects, 'laptop', 'service/web')
  assert.match(end(found), /^no at arrival: nobody on the LAN answers for 192\.168\.1\.200/)
  assert.match(detailsOf(found, 'arrival'), /no CiliumL2AnnouncementPolicy selects the Service and a node/)
})

test('a Service that no pool serves waits for its address', () => {
  const objects = [workload('web', { ports: ['80'] }), service('web', { type: 'LoadBalancer' })]
  assert.match(
    end(ask(objects, 'laptop', 'service/web')),
    /^no at entrance: Service default\/web waits for a load-balancer address/,
  )
})

test('an alias is followed to its Service, and no further than the site', () => {
  const objects = [
    ...shop,
    object('Service', 'default/alias', {
      spec: { type: 'ExternalName', externalName: 'shop.default.svc.cluster.local' },
    }),
    object('Service', 'default/far', { spec: { type: 'ExternalName', externalName: 'api.example.com' } }),
  ]
  const near = ask(objects, 'default/shop', 'http://alias/')
  assert.equal(near.verdict.kind, 'yes')
  assert.match(detailsOf(near, 'name'), /another name of shop\.default\.svc\.cluster\.local/)
  assert.match(end(ask(objects, 'default/shop', 'http://far/')), /^unknown at name: .*world outside/)
})

test('the name of a headless Service is the pods themselves', () => {
  const objects = [
    workload('db', { kind: 'StatefulSet', ports: ['sql:5432'] }),
    service('db', { clusterIP: 'None', ports: [{ name: 'sql', port: 5432, targetPort: 'sql' }] }),
  ]
  const found = ask(objects, 'default/db', 'service/db')
  assert.equal(kinds(found), 'from name arrival pod')
  assert.match(end(found), /^yes at pod: pod default\/db-0 answers on port 5432\/TCP$/)
})

test('cluster addresses lead nowhere from the LAN, and the internet gets in nowhere', () => {
  const fixed = [...shop, service('fixed', { clusterIP: '10.96.0.77' })]
  assert.match(end(ask(fixed, 'laptop', 'tcp://10.96.0.77:80')), /^no at arrival: 10\.96\.0\.77 is a cluster address/)
  assert.match(end(ask(shop, 'internet', 'http://shop.test.example/')), /^no at name:/)
  assert.match(end(ask(shop, 'internet', 'tcp://192.168.1.200:80')), /^no at arrival: .*the internet has no way to$/)
})

test('a node port that the API server has yet to choose is not guessed', () => {
  const objects = [workload('web', { ports: ['80'] }), service('web', { type: 'NodePort' })]
  assert.match(end(ask(objects, 'laptop', 'service/web')), /^unknown at entrance: .*chosen by the API server/)
})

test('the wrong protocol for a port of the proxy ends there', () => {
  assert.match(end(ask(shop, 'laptop', 'https://shop.test.example:80/')), /^no at tls:/)
  assert.match(end(ask(shop, 'laptop', 'http://shop.test.example:443/')), /^no at rule: .*400/)
})

test('a pod is reached at the ports that it declares; what else listens there is not known', () => {
  assert.match(end(ask(shop, 'laptop', 'pod:default/shop')), /^yes at pod: .*port 8080\/TCP$/)
  assert.match(end(ask(shop, 'laptop', 'pod:default/shop:9999')), /^unknown at pod: .*declares no port 9999/)
})

test('who is not there is said with who is', () => {
  const input = inventory(shop, { site })
  assert.ok(input.site)
  const world = foresee(input, input.site)
  const misread = (from: string, to: string) => {
    const found = trace(world, { from, to, namespace: 'default' })
    return 'misread' in found ? found.misread : 'understood'
  }
  assert.match(misread('labtop', 'service/shop'), /did you mean laptop\?/)
  assert.match(
    misread('default/nothing', 'service/shop'),
    /namespace default has no pod or workload "nothing": it has shop-/,
  )
  assert.match(misread('laptop', 'shop'), /is no target: write service\/NAME/)
  assert.match(misread('laptop', 'ftp://shop'), /cannot trace ftp/)
  assert.equal(misread('laptop', 'service/shpo'), 'understood')
  assert.match(end(ask(shop, 'laptop', 'service/shpo')), /^no at service: there is no Service default\/shpo/)
})
