import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advice, ingress, object, pool, service, told } from '../check.testing.ts'
import { routes } from './fw401-routes.ts'

const site = { ingress: [{ class: 'web' }] }
const lan = pool('lan', { blocks: [{ cidr: '192.168.1.200/29' }] })
const web = service('web')
const about = (name: string, value: string) => ({ annotations: { [`nginx.ingress.kubernetes.io/${name}`]: value } })
const gateway = (listener: object = {}) =>
  object('Gateway', 'web', {
    spec: { gatewayClassName: 'web', listeners: [{ name: 'http', protocol: 'HTTP', port: 80, ...listener }] },
  })
const route = (rule: object, parent: object = {}) =>
  object('HTTPRoute', 'web', { spec: { parentRefs: [{ name: 'web', ...parent }], rules: [rule] } })

test('a Service that is missing is reported at its name, with the one that was probably meant', () => {
  assert.deepEqual(told(routes, [lan, web, ingress('a', ['a.test/ → wbe'])], { site }), [
    'spec.rules[0].http.paths[0].backend.service.name error FW402 Ingress/default/a: spec.rules[0].http.paths[0]: Service default/wbe does not exist',
  ])
  assert.equal(advice(routes, [lan, web, ingress('a', ['a.test/ → wbe'])], { site }), 'did you mean web?')
  const fallback = object('Ingress', 'a', {
    spec: { ingressClassName: 'web', defaultBackend: { service: { name: 'x', port: { number: 80 } } } },
  })
  assert.match(told(routes, [lan, fallback], { site })[0] ?? '', /^spec\.defaultBackend\.service\.name error FW402/)
})

test('a Service may exist elsewhere, or be made by a foreign object, when the input is not all there is', () => {
  const missing = ingress('a', ['a.test/ → grafana'])
  const release = object('HelmRelease', 'flux/grafana')
  assert.match(told(routes, [missing])[0] ?? '', /warning FW402/)
  assert.match(told(routes, [missing], { foreign: [release] })[0] ?? '', /info FW402/)
})

test('a port that the Service does not have is reported at the port', () => {
  assert.match(
    told(routes, [lan, web, ingress('a', ['a.test/ → web:8080'])], { site })[0] ?? '',
    /^spec\.rules\[0\]\.http\.paths\[0\]\.backend\.service\.port error FW403/,
  )
})

test('two Ingresses with one host and path clash within a class, not across classes', () => {
  const both = [lan, web, ingress('a', ['a.test/x → web']), ingress('b', ['a.test/x → web'])]
  assert.match(
    told(routes, both, { site })[0] ?? '',
    /^spec\.rules\[0\]\.http\.paths\[0\]\.path warning FW401 Ingress\/default\/b/,
  )
  const apart = [lan, web, ingress('a', ['a.test/ → web']), ingress('b', ['a.test/ → web'], { className: 'internal' })]
  assert.deepEqual(told(routes, apart, { site: { ingress: [{ class: 'web' }, { class: 'internal' }] } }), [])
})

test('annotations and resource backends count for classes that Fairway serves', () => {
  const codesOf = (key: string, value: string, given: object = { site }) =>
    told(routes, [lan, web, ingress('a', ['a.test/ → web'], about(key, value))], given).map(text => text.split(' ')[2])
  assert.deepEqual(codesOf('proxy-buffer-size', '16k'), ['FW410'])
  assert.deepEqual(codesOf('auth-url', 'https://x'), ['FW411'])
  assert.deepEqual(codesOf('server-snippet', 'x;'), ['FW412'])
  assert.deepEqual(codesOf('ssl-redirect', 'no'), ['FW413'])
  assert.deepEqual(codesOf('proxy-buffer-size', '16k', {}), [], 'of another controller nothing is known')
  const resource = { resource: { kind: 'Bucket', name: 'x' } }
  const files = ingress('a', [], {
    spec: { rules: [{ host: 'a.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend: resource }] } }] },
  })
  assert.match(
    told(routes, [lan, files], { site })[0] ?? '',
    /^spec\.rules\[0\]\.http\.paths\[0\]\.backend\.resource warning FW407/,
  )
})

test('a path that no request has is reported at the path', () => {
  const paths = [
    { path: '/a//b', pathType: 'ImplementationSpecific', backend: { service: { name: 'web', port: { number: 80 } } } },
  ]
  const odd = ingress('a', [], { spec: { rules: [{ host: 'a.test', http: { paths } }] } })
  assert.match(
    told(routes, [lan, web, odd], { site })[0] ?? '',
    /^spec\.rules\[0\]\.http\.paths\[0\]\.path error FW406/,
  )
})

test('listeners, parents, features and backends of the Gateway API', () => {
  const to = (more: object = {}) => ({ backendRefs: [{ name: 'web', port: 80, ...more }] })
  const of = (...objects: readonly ReturnType<typeof object>[]) =>
    told(routes, [lan, web, ...objects], { site }).map(text => text.split(' ').slice(0, 3).join(' '))
  assert.deepEqual(of(gateway({ port: 8080 })), ['spec.listeners[0] error FW430'])
  assert.deepEqual(of(gateway(), route(to(), { sectionName: 'x' })), ['spec.parentRefs[0] error FW431'])
  assert.deepEqual(of(gateway(), route({ ...to(), filters: [{ type: 'RequestMirror' }] })), [
    'spec.rules[0].filters[0] error FW432',
  ])
  assert.deepEqual(of(gateway(), route(to({ namespace: 'shop' }))), ['spec.rules[0].backendRefs[0] error FW433'])
  assert.deepEqual(of(gateway(), route(to({ name: 'nobody' }))), ['spec.rules[0].backendRefs[0].name error FW402'])
  assert.deepEqual(of(gateway(), route(to())), [])
})

test('the class’s tuning is read', () => {
  const tuning = object('ConfigMap', 'network/nginx-configuration', {
    data: { 'enable-gzip': 'true', 'gzip-level': '11', 'proxy-body-sze': '1m', 'use-forwarded-headers': 'true' },
  })
  assert.deepEqual(
    told(routes, [lan, tuning], { site })
      .map(text => text.split(' ').slice(0, 3).join(' '))
      .sort(),
    [
      'data.enable-gzip warning FW901',
      'data.gzip-level warning FW903',
      'data.proxy-body-sze warning FW902',
      'data.use-forwarded-headers warning FW904',
    ],
  )
})

test('what needs a running cluster is not reported: endpoints and certificates', () => {
  const secure = ingress('a', ['a.test/ → web'], { spec: { tls: [{ hosts: ['a.test'], secretName: 'nobody' }] } })
  assert.deepEqual(told(routes, [lan, web, secure], { site }), [])
})
