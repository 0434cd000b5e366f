// Do objects of the API reach the proxies of their class, and does what became of them reach the API?
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { ApiServer } from '../../src/apiserver/api-server.ts'
import type { Client } from '../../src/client/client.ts'
import { systemClock } from '../../src/client/clock.ts'
import { embeddedClient } from '../../src/client/embedded.ts'
import { createInformers } from '../../src/controllers/framework/context.ts'
import type { Controller } from '../../src/controllers/framework/controller.ts'
import { startIngressStatus } from '../../src/controllers/ingress/ingress-status.ts'
import { type IngressTables, startIngressTables } from '../../src/controllers/ingress/ingress-tables.ts'
import { startNetwork } from '../../src/controllers/network/start-network.ts'
import type { ProxyInput } from '../../src/dataplane/nginx/instance.ts'
import { type ConfigMap, configMaps } from '../../src/objects/kinds/config-map.ts'
import { type EndpointSlice, endpointSlices } from '../../src/objects/kinds/endpoint-slice.ts'
import { type Event, events } from '../../src/objects/kinds/event.ts'
import { type Gateway, gateways } from '../../src/objects/kinds/gateway.ts'
import { type HTTPRoute, httpRoutes } from '../../src/objects/kinds/http-route.ts'
import { type Ingress, ingresses } from '../../src/objects/kinds/ingress.ts'
import { type IngressClass, ingressClasses } from '../../src/objects/kinds/ingress-class.ts'
import { type Namespace, namespaces } from '../../src/objects/kinds/namespace.ts'
import { type Secret, secrets } from '../../src/objects/kinds/secret.ts'
import { type Service, services } from '../../src/objects/kinds/service.ts'
import { issueCertificate } from '../../src/pki/authority.ts'
import { authority, now, rule } from './proxy.testing.ts'

describe('the ingress controller', () => {
  const stop = new AbortController()
  const api = ApiServer.open({ database: ':memory:', now: Date.now, randomUUID, serviceCidrs: ['10.96.0.0/16'] })
  const client: Client = embeddedClient(api)
  const problems: unknown[] = []
  let tables: IngressTables
  let status: Controller
  let latest: ProxyInput | undefined
  let deliveries = 0
  let reporter: ReturnType<IngressTables['subscribe']>

  before(async () => {
    for (const name of ['test', 'network'])
      await client.create<Namespace>(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    await client.create<IngressClass>(ingressClasses, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'external' },
      spec: { controller: 'k8s.io/external' },
    })
    await client.create<Service>(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'test' },
      spec: { ports: [{ port: 80 }], selector: { app: 'web' } },
    })
    await client.create<EndpointSlice>(endpointSlices, {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'web-1', namespace: 'test', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      ports: [{ name: '', port: 8080, protocol: 'TCP' }],
      endpoints: [{ addresses: ['10.244.0.10'], conditions: { ready: true } }],
    })
    await client.create<Service>(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'proxy', namespace: 'network' },
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
    })
    const world = {
      client,
      clock: systemClock,
      random: Math.random,
      signal: stop.signal,
      onProblem: (problem: unknown) => problems.push(problem),
    }
    const informers = createInformers(world)
    const network = startNetwork(client, {
      signal: stop.signal,
      informers,
      site: { podCidrs: [], serviceCidrs: [], lanCidrs: [], hosts: [] },
    })
    tables = startIngressTables({ ...world, informers, network })
    status = startIngressStatus({ ...world, informers, tables })
    reporter = tables.subscribe(
      {
        className: 'external',
        controller: 'k8s.io/external',
        configMap: 'network/tuning',
        publishService: 'network/proxy',
      },
      input => {
        latest = input
        deliveries++
      },
    )
    await Promise.all([tables.synced, status.synced])
  })
  after(async () => {
    stop.abort()
    await status[Symbol.asyncDispose]()
    await api.close()
  })

  async function eventually(check: () => void | Promise<void>): Promise<void> {
    const deadline = performance.now() + 3000
    for (;;) {
      try {
        return await check()
      } catch (error) {
        if (performance.now() > deadline) throw error
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    }
  }
  const ingressObject = (name: string, spec: NonNullable<Ingress['spec']>): Ingress => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'test' },
    spec: { ingressClassName: 'external', ...spec },
  })
  const hosts = () => latest?.table.hosts.map(({ host }) => host)

  test('a proxy that subscribes gets the table at once, empty as it is', () => {
    assert.deepEqual(hosts(), [])
    assert.equal(latest?.table.className, 'external')
  })

  test('an Ingress reaches the proxies with the endpoints of its Service', async () => {
    await client.create(ingresses, ingressObject('web', { rules: [rule('web.test', [['/', 'Prefix', 'web']])] }))
    await eventually(() =>
      assert.deepEqual(latest?.table.upstreams[0]?.endpoints, [{ address: '10.244.0.10', port: 8080 }]),
    )
    assert.deepEqual(hosts(), ['web.test'])
  })

  test('its status shows the address of the class as soon as there is one', async () => {
    const read = async () =>
      (await client.get<Ingress>(ingresses, { namespace: 'test', name: 'web' }))?.status?.loadBalancer
    await client.patch(
      services,
      { namespace: 'network', name: 'proxy' },
      { type: 'merge', patch: { status: { loadBalancer: { ingress: [{ ip: '192.168.1.101' }] } } } },
      { subresource: 'status' },
    )
    await eventually(async () => assert.deepEqual(await read(), { ingress: [{ ip: '192.168.1.101' }] }))
  })

  test('writing a status is no change of the table', async () => {
    await status.idle()
    const before = deliveries
    await client.patch(
      ingresses,
      { namespace: 'test', name: 'web' },
      { type: 'merge', patch: { status: { loadBalancer: {} } } },
      { subresource: 'status' },
    )
    await eventually(async () =>
      assert.equal(
        (await client.get<Ingress>(ingresses, { namespace: 'test', name: 'web' }))?.status?.loadBalancer?.ingress
          ?.length,
        1,
      ),
    )
    assert.equal(deliveries, before)
  })

  test('only the keys of certificates that are served are handed over, and a rotated one at once', async () => {
    const secretWith = (dnsName: string, name: string): Secret => {
      const pair = issueCertificate(authority, {
        commonName: dnsName,
        dnsNames: [dnsName],
        usages: ['server'],
        days: 1,
        now,
      })
      const data = {
        'tls.crt': Buffer.from(pair.certificatePem).toString('base64'),
        'tls.key': Buffer.from(pair.privateKeyPem).toString('base64'),
      }
      return {
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'kubernetes.io/tls',
        metadata: { name, namespace: 'test' },
        data,
      }
    }
    await client.create(secrets, secretWith('tls.test', 'used'))
    await client.create(secrets, secretWith('tls.test', 'unused'))
    await client.create(
      ingresses,
      ingressObject('tls', {
        tls: [{ hosts: ['tls.test'], secretName: 'used' }],
        rules: [rule('tls.test', [['/', 'Prefix', 'web']])],
      }),
    )
    await eventually(() => assert.deepEqual([...(latest?.secrets.keys() ?? [])], ['test/used']))
    const first = latest?.secrets.get('test/used')?.certificatePem
    await client.patch(
      secrets,
      { namespace: 'test', name: 'used' },
      { type: 'merge', patch: { data: secretWith('tls.test', 'used').data ?? {} } },
    )
    await eventually(() => assert.notEqual(latest?.secrets.get('test/used')?.certificatePem, first))
    // A key that belongs to another certificate is as good as none.
    await client.patch(
      secrets,
      { namespace: 'test', name: 'used' },
      { type: 'merge', patch: { data: { 'tls.key': secretWith('x', 'x').data?.['tls.key'] ?? '' } } },
    )
    await eventually(() =>
      assert.deepEqual(latest?.table.hosts.find(({ host }) => host === 'tls.test')?.tls, { kind: 'default' }),
    )
    assert.deepEqual([...(latest?.secrets.keys() ?? [])], [])
  })

  test('the ConfigMap of the class tunes it', async () => {
    const configMap: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'tuning', namespace: 'network' },
      data: { 'client-max-body-size': '50m' },
    }
    await client.create(configMaps, configMap)
    await eventually(() => assert.equal(latest?.table.settings.clientMaxBodyBytes, 52_428_800))
  })

  test('what is wrong becomes an Event on the object, once', async () => {
    await client.create(
      ingresses,
      ingressObject('broken', { rules: [rule('broken.test', [['/', 'Prefix', 'nobody']])] }),
    )
    const found = async () =>
      (await client.list<Event>(events, { namespace: 'test' })).items.filter(
        ({ involvedObject }) => involvedObject?.name === 'broken',
      )
    await eventually(async () =>
      assert.deepEqual(
        (await found()).map(({ reason, type }) => `${type} ${reason}`),
        ['Warning ServiceNotFound'],
      ),
    )
    reporter.report([
      {
        code: 'FW440',
        severity: 'error',
        object: 'Ingress/test/broken',
        message: 'Ingress/test/broken: NGINX refuses it',
      },
    ])
    await eventually(async () =>
      assert.deepEqual((await found()).map(({ reason, count }) => `${reason} ${count}`).sort(), [
        'RefusedByNginx 1',
        'ServiceNotFound 1',
      ]),
    )
    reporter.report([])
  })

  test('Gateways and HTTPRoutes get their conditions', async () => {
    await client.create<Gateway>(gateways, {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'gateway', namespace: 'test' },
      spec: { gatewayClassName: 'external', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
    })
    await client.create<HTTPRoute>(httpRoutes, {
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'HTTPRoute',
      metadata: { name: 'route', namespace: 'test' },
      spec: {
        parentRefs: [{ name: 'gateway' }],
        hostnames: ['route.test'],
        rules: [{ backendRefs: [{ name: 'gone', port: 80 }] }],
      },
    })
    await eventually(async () => {
      const route = await client.get<HTTPRoute>(httpRoutes, { namespace: 'test', name: 'route' })
      const [parent] = route?.status?.parents ?? []
      assert.equal(parent?.controllerName, 'fairway.dev/external')
      assert.deepEqual(
        parent?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
        ['Accepted True Accepted', 'ResolvedRefs False BackendNotFound'],
      )
    })
    const gateway = await client.get<Gateway>(gateways, { namespace: 'test', name: 'gateway' })
    assert.deepEqual(
      gateway?.status?.conditions?.map(({ type, status }) => `${type} ${status}`),
      ['Accepted True', 'Programmed True'],
    )
    assert.deepEqual(
      gateway?.status?.listeners?.map(({ name, attachedRoutes }) => `${name} ${attachedRoutes}`),
      ['http 1'],
    )
    assert.deepEqual(gateway?.status?.addresses, [{ type: 'IPAddress', value: '192.168.1.101' }])
  })

  test('a deleted Ingress is gone from the table, and nothing went wrong on the way', async () => {
    await client.delete(ingresses, { namespace: 'test', name: 'web' })
    await eventually(() => assert.ok(!hosts()?.includes('web.test')))
    await status.idle()
    assert.deepEqual(problems, [])
  })
})
