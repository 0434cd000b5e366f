// Does every connection of the lab go the way that `fairway trace` says, and does a broken one end at the hop that it names?
// Run with: scripts/in-sandbox node --test test/trace/
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { LiveTrace } from '../../src/analysis/trace/live.ts'
import type { Trace } from '../../src/analysis/trace/trace-result.ts'
import type { LabCalls, LabEvent, LabStatus } from '../../src/cli/lab-calls.ts'
import { controlClient } from '../../src/lab/daemon/control.ts'
import { stateDirectory } from '../../src/lab/daemon/state-directory.ts'
import { startLab, type TestLab } from '../e2e/lab.testing.ts'

const name = 'traced'
const scenario = join(import.meta.dirname, '../../scenarios/anton')
let lab: TestLab
let call: ReturnType<typeof controlClient<LabCalls, LabEvent>>['call']

before(async () => {
  lab = await startLab(name)
  call = controlClient<LabCalls, LabEvent>(stateDirectory(join(lab.directory, 'state'), name).controlSocket).call
})
after(async () => {
  await lab?.[Symbol.asyncDispose]()
})

interface Traced {
  readonly trace: Trace
  readonly live: LiveTrace
}

async function live(from: string, to: string, namespace = 'default'): Promise<Traced> {
  const answer = await call('trace', { from, to, namespace, live: true })
  assert.ok(!('misread' in answer), 'misread' in answer ? answer.misread : '')
  assert.ok(answer.live)
  return { trace: answer.trace, live: answer.live }
}

/** Everything that the model says was seen on the wire or in the kernel, and the packet arrived. */
async function arrives(from: string, to: string): Promise<void> {
  const { trace, live: found } = await live(from, to)
  const story = () =>
    JSON.stringify(
      {
        from,
        to,
        verdict: trace.verdict,
        hops: trace.hops.map(({ kind, says }, index) => [kind, says, found.hops[index]]),
        result: found.result,
      },
      null,
      1,
    )
  assert.equal(trace.verdict.kind, 'yes', story())
  assert.equal(found.result.arrived, true, story())
  assert.equal(found.agrees, true, story())
  for (const [index, { kind }] of trace.hops.entries()) {
    if (kind !== 'entrance') assert.equal(found.hops[index]?.kind, 'seen', `${kind}: ${story()}`)
  }
}

/** It fails as predicted; the kind of the hop at which it ends, and what is said there. */
async function endsAt(from: string, to: string): Promise<string> {
  const { trace, live: found } = await live(from, to)
  assert.equal(trace.verdict.kind, 'no', JSON.stringify(trace))
  assert.equal(found.result.arrived, false)
  assert.equal(found.agrees, true, JSON.stringify({ hops: trace.hops, found }, null, 1))
  const last = trace.hops.at(-1)
  assert.equal(found.hops.at(-1)?.kind, 'seen', JSON.stringify({ last, seen: found.hops.at(-1) }))
  return `${last?.kind}: ${last?.says}`
}

interface ServiceObject {
  readonly metadata: { readonly namespace: string; readonly name: string }
  readonly spec: {
    readonly type: string
    readonly clusterIP?: string
    readonly ports?: readonly { readonly port: number; readonly nodePort?: number; readonly protocol: string }[]
  }
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip: string }[] } }
}

async function services(): Promise<readonly ServiceObject[]> {
  const { items } = JSON.parse(await lab.ok('get', 'services', '-A', '-o', 'json')) as { items: ServiceObject[] }
  return items
}

const scheme = (protocol: string) => protocol.toLowerCase()

test('every URL of every Ingress arrives over the hops that are named', async () => {
  const status: LabStatus = await call('status', null)
  const urls = status.reach.flatMap(({ url }) => (url.startsWith('https://') ? [url] : []))
  assert.ok(urls.length >= 7, urls.join(' '))
  for (const url of urls) {
    await arrives('laptop', url)
    await arrives('default/echo', url)
  }
  await arrives('router', 'https://shop.anton.example/api/orders?page=2')
  await arrives('k8s-3', 'https://echo.anton.example/')
})

test('plain HTTP is followed to where the redirect leads', async () => {
  await arrives('laptop', 'http://echo.anton.example/')
  const { trace } = await live('laptop', 'http://echo.anton.example/')
  assert.ok(trace.hops.some(({ kind }) => kind === 'redirect'))
})

test('every node port arrives on every node, TCP and UDP', async () => {
  let count = 0
  for (const { spec } of await services()) {
    for (const { nodePort, protocol } of spec.ports ?? []) {
      if (nodePort === undefined) continue
      for (const node of ['192.168.1.98', '192.168.1.99', '192.168.1.100']) {
        await arrives('laptop', `${scheme(protocol)}://${node}:${nodePort}`)
        count++
      }
      await arrives('default/echo', `${scheme(protocol)}://192.168.1.98:${nodePort}`)
      await arrives('k8s-1', `${scheme(protocol)}://192.168.1.99:${nodePort}`)
    }
  }
  assert.ok(count >= 18, `${count}`)
})

test('every load-balancer address arrives from the LAN, from nodes and from pods', async () => {
  let count = 0
  for (const { spec, status } of await services()) {
    for (const { ip } of status?.loadBalancer?.ingress ?? []) {
      for (const { port, protocol } of spec.ports ?? []) {
        for (const from of ['laptop', 'router', 'k8s-1', 'k8s-2', 'k8s-3', 'monitoring/grafana']) {
          await arrives(from, `${scheme(protocol)}://${ip}:${port}`)
          count++
        }
      }
    }
  }
  assert.ok(count >= 24, `${count}`)
})

test('every cluster address arrives from pods and nodes, and from nowhere else', async () => {
  let count = 0
  let refused = 0
  for (const { metadata, spec } of await services()) {
    if (spec.clusterIP === undefined || spec.clusterIP === 'None' || spec.clusterIP === '') continue
    for (const { port, protocol } of spec.ports ?? []) {
      const url = `${scheme(protocol)}://${spec.clusterIP}:${port}`
      if (metadata.name === 'kubernetes') {
        // Its endpoint is no pod, so nobody says who took the connection.
        const { trace, live: found } = await live('default/echo', url)
        assert.deepEqual([trace.verdict.kind, found.result.arrived], ['yes', true])
        continue
      }
      await arrives('default/echo', url)
      await arrives('k8s-2', url)
      count++
    }
    if (refused++ === 0)
      assert.match(await endsAt('laptop', `tcp://${spec.clusterIP}:443`), /^arrival: .*is a cluster address/)
  }
  assert.ok(count >= 15, `${count}`)
})

test('Services by name: from a pod over the cluster’s DNS, from the laptop over whatever leads to them', async () => {
  await arrives('default/frontend', 'service/backend')
  await arrives('network/ingress-nginx-controller', 'http://backend-service:8080/health')
  await arrives('monitoring/grafana', 'service/monitoring/prometheus')
  await arrives('default/echo', 'service/monitoring/prometheus-pods')
  await arrives('laptop', 'service/echo')
  await arrives('laptop', 'service/media/jellyfin')
  await arrives('laptop', 'service/media/jellyfin:discovery')
  await arrives('laptop', 'service/network/ingress-nginx-controller:https')
  await arrives('default/echo', 'pod:blog/blog')
})

test('the folder alone gives the same hops, addresses and announcing nodes as the lab', async () => {
  for (const url of ['https://echo.anton.example/', 'https://shop.anton.example/api/x', 'http://www.anton.example/']) {
    const folder = await lab.fairway('trace', 'laptop', url, scenario, '-o', 'json')
    assert.equal(folder.code, 0, folder.stderr)
    const foreseen = JSON.parse(folder.stdout) as Trace & { readonly apiVersion: string; readonly kind: string }
    assert.deepEqual([foreseen.apiVersion, foreseen.kind], ['fairway.dev/v1', 'Trace'])
    const { trace } = await live('laptop', url)
    assert.deepEqual(foreseen.packet, trace.packet)
    assert.deepEqual(
      foreseen.hops.map(({ kind, outcome }) => [kind, outcome]),
      trace.hops.map(({ kind, outcome }) => [kind, outcome]),
    )
    const announcing = ({ hops }: Trace) => hops.find(({ kind }) => kind === 'arrival')?.expects
    assert.deepEqual(announcing(foreseen), announcing(trace))
  }
})

test('unknown host, wrong port, unknown path: each ends at its hop', async () => {
  assert.match(await nameless('laptop', 'https://nope.anton.example/'), /^name: nope\.anton\.example has no address/)
  assert.match(await endsAt('laptop', 'https://echo.anton.example:8443/'), /^service: no Service has port 8443\/TCP/)
  assert.match(await endsAt('default/echo', 'tcp://10.96.0.10:54'), /^service: no Service has port 54\/TCP/)
  assert.match(
    await endsAt('laptop', 'tcp://192.168.1.77:80'),
    /^arrival: no machine of the site and no Service has 192\.168\.1\.77/,
  )
  assert.match(await endsAt('laptop', 'https://echo.anton.example:80/'), /^tls: /)
  assert.match(await nameless('default/echo', 'http://nobody.default.svc.cluster.local/'), /^name: /)
})

/** Nothing is sent, but the name server is asked, and it says the same. */
async function nameless(from: string, to: string): Promise<string> {
  const { trace, live: found } = await live(from, to)
  assert.equal(found.result.sent, false)
  assert.equal(found.hops.at(-1)?.kind, 'seen', JSON.stringify(found))
  const last = trace.hops.at(-1)
  return `${last?.kind}: ${last?.says}`
}

const ingressOf = (ingressClassName: string, host: string, service: string) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: host.split('.')[0] },
  spec: {
    ingressClassName,
    rules: [
      {
        host,
        http: {
          paths: [{ path: '/only', pathType: 'Prefix', backend: { service: { name: service, port: { number: 80 } } } }],
        },
      },
    ],
  },
})

test('a class that nobody serves, a path that no rule takes, a backend that is not there', async () => {
  await lab.apply(
    ingressOf('nowhere', 'lost.anton.example', 'echo'),
    ingressOf('internal', 'narrow.anton.example', 'echo'),
    ingressOf('internal', 'hollow.anton.example', 'missing'),
  )
  await lab.eventually(() => arrives('laptop', 'http://narrow.anton.example/only'))
  const { trace } = await live('laptop', 'http://lost.anton.example/')
  assert.match(trace.hops.at(-1)?.says ?? '', /lost\.anton\.example has no address/)
  assert.match(
    JSON.stringify(trace.hops.at(-1)?.details),
    /asks for the ingress class \\"nowhere\\", which does not exist/,
  )
  assert.match(
    await endsAt('laptop', 'http://narrow.anton.example/other'),
    /^rule: .*takes the path \/other: NGINX answers 404$/,
  )
  assert.match(await endsAt('laptop', 'http://hollow.anton.example/only'), /^rule: .*answers 503$/)
})

test('a Service whose pods are gone ends at the endpoint, behind a proxy and without one', async () => {
  await lab.ok('scale', '-n', 'monitoring', 'deployment', 'grafana', '--replicas=0')
  await lab.eventually(async () => {
    assert.match(await endsAt('laptop', 'https://grafana.anton.example/'), /^endpoint: .*NGINX answers 503$/)
  })
  assert.match(await endsAt('default/echo', 'service/monitoring/grafana'), /^endpoint: .*refused at once$/)
  await lab.ok('scale', '-n', 'monitoring', 'deployment', 'grafana', '--replicas=1')
  await lab.eventually(() => arrives('laptop', 'https://grafana.anton.example/'))
})

interface Broken {
  readonly live: LiveTrace
  readonly hop: string | undefined
}

/** The model says that it arrives, and packets show otherwise. */
async function breaks(from: string, to: string): Promise<Broken> {
  const { trace, live: found } = await live(from, to)
  assert.equal(trace.verdict.kind, 'yes')
  assert.equal(found.agrees, false, JSON.stringify(found))
  return { live: found, hop: found.brokenHop === undefined ? undefined : trace.hops[found.brokenHop]?.kind }
}

const url = 'https://echo.anton.example/'

async function announcer(): Promise<string> {
  const { trace } = await live('laptop', url)
  const expects = trace.hops.find(({ kind }) => kind === 'arrival')?.expects
  assert.ok(expects?.kind === 'neighbour' && expects.machine !== undefined)
  return expects.machine
}

test('an address that its node does not answer for any more is missed at the arrival', async () => {
  const node = await announcer()
  const address = ['192.168.1.102/32', 'dev', 'lo']
  await lab.on(node, 'ip', 'address', 'del', ...address)
  await lab.on('laptop', 'ip', 'neigh', 'flush', 'all')
  const { hop, live: found } = await breaks('laptop', url)
  assert.equal(hop, 'arrival')
  assert.equal(found.result.arrived, false)
  const said = await lab.fairway('trace', 'laptop', url, '--live', '--name', name)
  assert.equal(said.code, 1)
  assert.match(said.stdout, /NOT SEEN {2}nobody answers for 192\.168\.1\.102/)
  assert.match(said.stdout, /the first hop that was not seen: arrival/)
  await lab.on(node, 'ip', 'address', 'add', ...address)
  await lab.eventually(() => arrives('laptop', url))
})

test('rules that are missing from a kernel are missed at the Service', async () => {
  const node = await announcer()
  const element = ['inet', 'fairway-services', 'frontends4']
  const removed = await lab.on(node, 'nft', 'delete', 'element', ...element, '{ 192.168.1.102 . tcp . 443 }')
  assert.equal(removed.code, 0, removed.stderr)
  assert.equal((await breaks('laptop', url)).hop, 'service')
  await lab.on(node, 'nft', 'add', 'element', ...element, '{ 192.168.1.102 . tcp . 443 : goto pick-2-v4 }')
  await lab.eventually(() => arrives('laptop', url))
})

test('the command tells it in words and in exit codes', async () => {
  const good = await lab.fairway('trace', 'laptop', 'service/echo', '--live', '--name', name)
  assert.equal(good.code, 0, good.stderr + good.stdout)
  assert.match(good.stdout, /^yes: it arrives$/m)
  assert.match(
    good.stdout,
    /^packets: arrived: HTTP 200 from pod default\/echo-\S+ on k8s-\d \(\d+ ms\); as predicted$/m,
  )
  assert.match(good.stdout, /manifests\/echo\.yaml:\d+$/m)
  assert.equal((await lab.fairway('trace', 'laptop', 'tcp://10.96.0.1:443', '--name', name)).code, 1)
  const outside = await lab.fairway('trace', 'laptop', 'https://example.com/', '--name', name)
  assert.equal(outside.code, 3)
  assert.match(outside.stdout, /^unknown: example\.com is a name of the world outside/m)
  const misread = await lab.fairway('trace', 'labtop', 'service/echo', '--name', name)
  assert.equal(misread.code, 2)
  assert.match(misread.stderr, /did you mean laptop\?/)
  const both = await lab.fairway('trace', 'laptop', url, scenario, '--live')
  assert.equal(both.code, 2)
})
