import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codesOf, gateway, httpRoute, ingress, path, routesOf, rule, table } from '../routing.testing.ts'

const both = gateway('gateway', [
  { name: 'http', port: 80, protocol: 'HTTP' },
  { name: 'https', port: 443, protocol: 'HTTPS' },
])
const web = [{ name: 'web', port: 80 }]

test('routes are ordered as the Gateway API says: exact, longest prefix, method, headers, query', () => {
  const built = table({
    gateways: [both],
    httpRoutes: [
      httpRoute('r', {
        hostnames: ['a.test'],
        rules: [
          { matches: [{ path: { type: 'PathPrefix', value: '/a' } }], backendRefs: web },
          {
            matches: [{ path: { type: 'PathPrefix', value: '/a' }, queryParams: [{ name: 'q', value: '1' }] }],
            backendRefs: web,
          },
          {
            matches: [{ path: { type: 'PathPrefix', value: '/a' }, headers: [{ name: 'x', value: '1' }] }],
            backendRefs: web,
          },
          { matches: [{ path: { type: 'PathPrefix', value: '/a' }, method: 'GET' }], backendRefs: web },
          { matches: [{ path: { type: 'PathPrefix', value: '/a/b' } }], backendRefs: web },
          { matches: [{ path: { type: 'Exact', value: '/a' } }], backendRefs: web },
        ],
      }),
    ],
  })
  assert.deepEqual(
    built.hosts[0]?.routes.map(({ source }) => source.field),
    [5, 4, 3, 2, 1, 0].map(index => `spec.rules[${index}].matches[0]`),
  )
})

test('a route on one listener is served on its protocol only, on both on both', () => {
  const scheme = (ref: object) =>
    table({
      gateways: [both],
      httpRoutes: [httpRoute('r', { parentRefs: [{ name: 'gateway', ...ref }], rules: [{ backendRefs: web }] })],
    }).hosts[0]?.routes[0]?.match.scheme
  assert.equal(scheme({ sectionName: 'https' }), 'https')
  assert.equal(scheme({ port: 80 }), 'http')
  assert.equal(scheme({}), undefined)
})

test('host names are the overlap of listener and route; a wildcard stands for one or more labels', () => {
  const hosts = (listener: string | undefined, route: readonly string[]) =>
    table({
      gateways: [
        gateway('gateway', [
          { name: 'http', port: 80, protocol: 'HTTP', ...(listener !== undefined && { hostname: listener }) },
        ]),
      ],
      httpRoutes: [httpRoute('r', { hostnames: [...route], rules: [{ backendRefs: web }] })],
    })
  assert.deepEqual(
    hosts('*.a.test', ['x.a.test', 'b.test']).hosts.map(({ host }) => host),
    ['x.a.test'],
  )
  assert.deepEqual(
    hosts('x.a.test', ['*.a.test']).hosts.map(({ host }) => host),
    ['x.a.test'],
  )
  assert.deepEqual(
    hosts('*.a.test', ['x.y.a.test']).hosts.map(({ host }) => host),
    ['x.y.a.test'],
  )
  assert.deepEqual(
    hosts(undefined, ['*.a.test']).hosts.map(({ host }) => host),
    ['**.a.test'],
  )
  assert.deepEqual(
    hosts(undefined, []).hosts.map(({ host }) => host),
    ['*'],
  )
  const refused = hosts('a.test', ['b.test'])
  assert.equal(refused.routeParents[0]?.accepted.reason, 'NoMatchingListenerHostname')
  assert.deepEqual(codesOf(refused), ['FW431'])
})

test('listeners that are not HTTP on 80 or HTTPS on 443 are refused, and so are routes from elsewhere', () => {
  const odd = gateway('gateway', [
    { name: 'tcp', port: 5432, protocol: 'TCP' },
    { name: 'high', port: 8080, protocol: 'HTTP' },
    { name: 'http', port: 80, protocol: 'HTTP' },
  ])
  const built = table({
    gateways: [odd],
    httpRoutes: [{ ...httpRoute('r', { rules: [{ backendRefs: web }] }), metadata: { name: 'r', namespace: 'other' } }],
  })
  assert.deepEqual(
    built.gateways[0]?.listeners.map(({ accepted }) => accepted.reason),
    ['UnsupportedProtocol', 'PortUnavailable', 'Accepted'],
  )
  // Without a namespace the parent is looked for next to the route, where there is none.
  assert.deepEqual(built.routeParents, [])
  const named = table({
    gateways: [odd],
    httpRoutes: [
      {
        ...httpRoute('r', { parentRefs: [{ name: 'gateway', namespace: 'shop' }], rules: [{ backendRefs: web }] }),
        metadata: { name: 'r', namespace: 'other' },
      },
    ],
  })
  assert.equal(named.routeParents[0]?.accepted.reason, 'NotAllowedByListeners')
  assert.deepEqual(routesOf(named), [])
})

test('what a rule asks for and cannot have is answered with an error, and the status says so', () => {
  const status = (rules: NonNullable<Parameters<typeof httpRoute>[1]['rules']>) => {
    const built = table({ gateways: [both], httpRoutes: [httpRoute('r', { hostnames: ['a.test'], rules })] })
    const parent = built.routeParents[0]
    return [parent?.accepted.reason, parent?.resolvedRefs.reason, routesOf(built)]
  }
  const at = 'a.test prefix / → '
  assert.deepEqual(status([{ backendRefs: web }]), ['Accepted', 'ResolvedRefs', [`${at}shop_web_80`]])
  assert.deepEqual(status([{ backendRefs: [{ name: 'gone', port: 80 }] }]), [
    'Accepted',
    'BackendNotFound',
    [`${at}500`],
  ])
  assert.deepEqual(status([{ backendRefs: [{ name: 'web', port: 80, namespace: 'other' }] }]), [
    'Accepted',
    'RefNotPermitted',
    [`${at}500`],
  ])
  assert.deepEqual(status([{ backendRefs: [{ name: 'b', kind: 'Bucket', group: 'x' }] }]), [
    'Accepted',
    'InvalidKind',
    [`${at}500`],
  ])
  assert.deepEqual(
    status([
      {
        backendRefs: web,
        filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'web', port: 80 } } }],
      },
    ]),
    ['UnsupportedValue', 'ResolvedRefs', [`${at}500`]],
  )
  assert.deepEqual(status([{}]), ['Accepted', 'ResolvedRefs', [`${at}500`]])
  assert.deepEqual(status([{ matches: [{ path: { type: 'RegularExpression', value: '/(' } }], backendRefs: web }]), [
    'UnsupportedValue',
    'ResolvedRefs',
    [],
  ])
})

test('parents that are Services or Gateways of another class are not ours', () => {
  const foreign = { ...both, spec: { ...both.spec, gatewayClassName: 'other', listeners: [] } }
  const refs = [{ name: 'gateway' }, { name: 'web', kind: 'Service', group: '' }]
  const built = table({
    gateways: [foreign],
    httpRoutes: [httpRoute('r', { parentRefs: refs, rules: [{ backendRefs: web }] })],
  })
  assert.deepEqual([built.routeParents, built.gateways, built.hosts], [[], [], []])
})

test('Ingresses and HTTPRoutes of one host share its routes', () => {
  const built = table({
    ingresses: [ingress('a', { rules: [rule('a.test', path('/', 'web'))] })],
    gateways: [both],
    httpRoutes: [
      httpRoute('r', {
        hostnames: ['a.test'],
        rules: [
          { matches: [{ path: { type: 'PathPrefix', value: '/v2' } }], backendRefs: [{ name: 'api', port: 80 }] },
        ],
      }),
    ],
  })
  assert.deepEqual(routesOf(built), ['a.test prefix /v2 → shop_api_80', 'a.test prefix / → shop_web_80'])
})
