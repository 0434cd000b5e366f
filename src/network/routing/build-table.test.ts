import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findHost } from './build-table.ts'
import { codesOf, ingress, ingressClass, path, routesOf, rule, service, table } from './routing.testing.ts'
import { checkClasses } from './select-class.ts'

test('exact paths come before prefixes, and the longest prefix before shorter ones', () => {
  const built = table({
    ingresses: [
      ingress('a', {
        rules: [
          rule('a.test', path('/', 'web'), path('/foo/', 'api'), path('/foo', 'web', 'Exact'), path('/foo/bar', 'web')),
        ],
      }),
    ],
  })
  assert.deepEqual(routesOf(built), [
    'a.test exact /foo → shop_web_80',
    'a.test prefix /foo/bar → shop_web_80',
    'a.test prefix /foo → shop_api_80',
    'a.test prefix / → shop_web_80',
  ])
})

test('of two equal paths the older Ingress serves, and the other is told so with both places', () => {
  const built = table({
    ingresses: [
      ingress('young', { rules: [rule('a.test', path('/', 'api'))] }, { createdAt: '2025-02-01T00:00:00Z' }),
      ingress('old', { rules: [rule('a.test', path('/', 'web'))] }, { createdAt: '2025-01-01T00:00:00Z' }),
    ],
  })
  assert.deepEqual(routesOf(built), ['a.test prefix / → shop_web_80'])
  const [found] = built.diagnostics
  assert.equal(found?.code, 'FW401')
  assert.equal(found?.object, 'Ingress/shop/young')
  assert.match(found?.message ?? '', /Ingress\/shop\/old spec\.rules\[0\]\.http\.paths\[0\] already has$/)
})

test('of two equal paths of one age the name decides', () => {
  const rules = [rule('a.test', path('/', 'web'))]
  const built = table({
    ingresses: [ingress('b', { rules }), ingress('a', { rules: [rule('a.test', path('/', 'api'))] })],
  })
  assert.deepEqual(routesOf(built), ['a.test prefix / → shop_api_80'])
})

test('a class owned by another controller is left alone', () => {
  const ingresses = [ingress('a', { rules: [rule('a.test', path('/', 'web'))] })]
  const built = table({ ingresses, ingressClasses: [ingressClass('external', { controller: 'example.org/other' })] })
  assert.deepEqual(built.hosts, [])
  assert.deepEqual(built.ingresses, [])
})

test('the class comes from the field, then the old annotation, then the default class', () => {
  const rules = [rule('a.test', path('/', 'web'))]
  const ingresses = [
    ingress('field', { rules }),
    ingress(
      'annotation',
      { rules },
      { className: undefined, annotations: { 'kubernetes.io/ingress.class': 'external' } },
    ),
    ingress('other', { rules }, { className: 'internal' }),
    ingress('none', { rules }, { className: undefined }),
  ]
  assert.deepEqual(table({ ingresses }).ingresses, ['shop/annotation', 'shop/field'])
  const ingressClasses = [ingressClass('external', { isDefault: true })]
  assert.deepEqual(table({ ingresses, ingressClasses }).ingresses, ['shop/annotation', 'shop/field', 'shop/none'])
})

test('an Ingress that no class will take up is reported, and so are two default classes', () => {
  const ingresses = [ingress('lost', {}, { className: 'nobody' }), ingress('unclassed', {}, { className: undefined })]
  const classes = [ingressClass('external', { isDefault: true }), ingressClass('internal', { isDefault: true })]
  assert.deepEqual(
    checkClasses(ingresses, classes).map(({ code, object }) => `${code} ${object ?? ''}`),
    ['FW409 IngressClass/internal', 'FW408 Ingress/shop/lost', 'FW408 Ingress/shop/unclassed'],
  )
})

test('a missing Service and a missing port answer 503 and say what would be right', () => {
  const built = table({
    ingresses: [
      ingress('a', {
        rules: [
          {
            host: 'a.test',
            http: {
              paths: [
                path('/none', 'nobody'),
                { path: '/port', pathType: 'Prefix', backend: { service: { name: 'web', port: { name: 'grpc' } } } },
              ],
            },
          },
        ],
      }),
    ],
  })
  assert.deepEqual(routesOf(built), ['a.test prefix /none → 503', 'a.test prefix /port → 503'])
  assert.deepEqual(
    built.diagnostics.map(({ code, fix }) => `${code} ${fix}`),
    [
      'FW402 create the Service, or name one that exists in namespace shop',
      'FW403 use one of its ports: 80/TCP (http)',
    ],
  )
})

test('ports are found by number and by name', () => {
  const byName = {
    path: '/',
    pathType: 'Prefix' as const,
    backend: { service: { name: 'web', port: { name: 'http' } } },
  }
  const built = table({
    ingresses: [
      ingress('a', { rules: [rule('a.test', path('/n', 'web')), { host: 'b.test', http: { paths: [byName] } }] }),
    ],
  })
  assert.deepEqual(
    built.upstreams.map(({ id }) => id),
    ['shop_web_80'],
  )
  assert.deepEqual(built.upstreams[0]?.endpoints, [{ address: '10.244.0.10', port: 8080 }])
})

test('only ready endpoints are used; terminating ones that still serve when there is no other', () => {
  const ingresses = [ingress('a', { rules: [rule('a.test', path('/', 'web'))] })]
  const endpointsWith = (endpoints: NonNullable<Parameters<typeof service>[1]>['endpoints']) =>
    table({
      ingresses,
      services: [service('web', endpoints === undefined ? {} : { endpoints })],
    }).upstreams[0]?.endpoints.map(({ address }) => address)
  assert.deepEqual(
    endpointsWith([{ at: '10.244.0.1' }, { at: '10.244.0.2', ready: false }, { at: '10.244.0.3', terminating: true }]),
    ['10.244.0.1'],
  )
  assert.deepEqual(
    endpointsWith([
      { at: '10.244.0.2', ready: false },
      { at: '10.244.0.3', terminating: true },
    ]),
    ['10.244.0.3'],
  )
  assert.deepEqual(codesOf(table({ ingresses, services: [service('web', { endpoints: [] })] })), ['FW404'])
})

test('a Service outside is looked up by name; one that points to the proxy itself is refused', () => {
  const ingresses = [ingress('a', { rules: [rule('a.test', path('/', 'web'))] })]
  const built = table({ ingresses, services: [service('web', { externalName: 'Example.org.' })] })
  assert.deepEqual(built.upstreams[0]?.external, { name: 'example.org', port: 80 })
  for (const externalName of ['localhost', '127.0.0.1', '::1', 'a.localhost', 'x;y']) {
    const refused = table({ ingresses, services: [service('web', { externalName })] })
    assert.deepEqual(routesOf(refused), ['a.test prefix / → 503'], externalName)
    assert.deepEqual(codesOf(refused), ['FW403'])
  }
})

test('a default backend serves what is left of its own hosts, and without rules what is left of everything', () => {
  const defaultBackend = { service: { name: 'api', port: { number: 80 } } }
  const built = table({
    ingresses: [
      ingress('own', { defaultBackend, rules: [rule('a.test', path('/x', 'web')), { host: 'bare.test' }] }),
      ingress('all', { defaultBackend }),
      ingress('root', { rules: [rule('a.test', path('/', 'web'))] }, { createdAt: '2026-01-01T00:00:00Z' }),
    ],
  })
  assert.deepEqual(routesOf(built), [
    '* prefix / → shop_api_80',
    'a.test prefix /x → shop_web_80',
    'a.test prefix / → shop_web_80',
    'bare.test prefix / → shop_api_80',
  ])
  assert.deepEqual(codesOf(built), [])
})

test('hosts and paths that cannot be served are left out, the rest of the Ingress is kept', () => {
  const built = table({
    ingresses: [
      ingress('a', {
        rules: [
          rule('Bad_Host', path('/', 'web')),
          rule('a.*.test', path('/', 'web')),
          rule(
            'a.test',
            path('no-slash', 'web'),
            path('/a//b', 'web'),
            path('/a%2fb', 'web'),
            path('/%zz', 'web'),
            path('/a\nb', 'web'),
            path('/ok', 'web'),
          ),
        ],
      }),
    ],
  })
  assert.deepEqual(routesOf(built), ['a.test prefix /ok → shop_web_80'])
  assert.deepEqual(codesOf(built), ['FW405', 'FW405', 'FW406', 'FW406', 'FW406', 'FW406', 'FW406'])
})

test('a resource backend answers 404', () => {
  const backend = { resource: { apiGroup: 'k8s.example.org', kind: 'Bucket', name: 'b' } }
  const built = table({
    ingresses: [
      ingress('a', { rules: [{ host: 'a.test', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] }),
    ],
  })
  assert.deepEqual(routesOf(built), ['a.test prefix / → 404'])
  assert.deepEqual(codesOf(built), ['FW407'])
})

test('the redirect to https hangs on a tls entry for the host, and on two annotations', () => {
  const rules = [rule('a.test', path('/', 'web'))]
  const redirects = (spec: object, annotations = {}) =>
    table({ ingresses: [ingress('a', { rules, ...spec }, { annotations })] }).hosts[0]?.redirectToHttps
  const own = 'nginx.ingress.kubernetes.io'
  assert.equal(redirects({}), false)
  assert.equal(redirects({ tls: [{ hosts: ['a.test'], secretName: 'gone' }] }), true)
  assert.equal(redirects({ tls: [{ hosts: ['*.test'] }] }), true)
  assert.equal(redirects({ tls: [{ hosts: ['b.test'] }] }), false)
  assert.equal(redirects({ tls: [{ hosts: ['a.test'] }] }, { [`${own}/ssl-redirect`]: 'false' }), false)
  assert.equal(redirects({}, { [`${own}/force-ssl-redirect`]: 'true' }), true)
})

test('a Secret serves the host it covers; anything else is the default certificate, with the reason', () => {
  const spec = { rules: [rule('a.test', path('/', 'web'))], tls: [{ hosts: ['a.test'], secretName: 's' }] }
  const built = (state: Parameters<typeof table>[0]['certificate']) =>
    table({ ingresses: [ingress('a', spec)], ...(state !== undefined && { certificate: state }) })
  assert.deepEqual(built(() => ({ kind: 'valid', names: ['*.test'] })).hosts[0]?.tls, {
    kind: 'secret',
    namespace: 'shop',
    name: 's',
  })
  for (const [state, code] of [
    [{ kind: 'missing' }, 'FW420'],
    [{ kind: 'invalid', why: 'no key' }, 'FW421'],
    [{ kind: 'valid', names: ['b.test', '*.a.test'] }, 'FW422'],
  ] as const) {
    const one = built(() => state)
    assert.deepEqual(one.hosts[0]?.tls, { kind: 'default' })
    assert.deepEqual(codesOf(one), [code])
    assert.equal(one.hosts[0]?.redirectToHttps, true)
  }
})

test('annotations that are not honoured are reported, protections close the path, canaries add nothing', () => {
  const own = 'nginx.ingress.kubernetes.io'
  const built = (annotations: Record<string, string>) =>
    table({ ingresses: [ingress('a', { rules: [rule('a.test', path('/', 'web'))] }, { annotations })] })
  const open = built({ [`${own}/proxy-read-timeout`]: '30', 'example.org/other': 'x' })
  assert.deepEqual([codesOf(open), routesOf(open)], [['FW410'], ['a.test prefix / → shop_web_80']])
  for (const [key, code] of [
    ['auth-url', 'FW411'],
    ['whitelist-source-range', 'FW411'],
    ['auth-tls-secret', 'FW411'],
    ['configuration-snippet', 'FW412'],
  ] as const) {
    const closed = built({ [`${own}/${key}`]: 'x' })
    assert.deepEqual([codesOf(closed), routesOf(closed)], [[code], ['a.test prefix / → 503']], key)
  }
  const canary = built({ [`${own}/canary`]: 'true', [`${own}/canary-weight`]: '10' })
  assert.deepEqual([codesOf(canary), routesOf(canary)], [['FW410', 'FW410'], []])
  assert.deepEqual(codesOf(built({ [`${own}/ssl-redirect`]: 'yes' })), ['FW413'])
})

test('the most specific entry decides for a name: exact, then the longest wildcard, then everything', () => {
  const defaultBackend = { service: { name: 'api', port: { number: 80 } } }
  const hosts = ['a.b.test', '*.b.test', '*.test'].map(host => rule(host, path('/', 'web')))
  const built = table({ ingresses: [ingress('a', { rules: hosts }), ingress('all', { defaultBackend })] })
  const found = (name: string) => findHost(built, name)?.host
  assert.deepEqual(['a.b.test', 'x.b.test', 'b.test', 'x.y.b.test', 'other'].map(found), [
    'a.b.test',
    '*.b.test',
    '*.test',
    '*',
    '*',
  ])
})

test('tables are the same whatever order the objects come in', () => {
  const ingresses = ['a', 'b', 'c'].map(name =>
    ingress(name, { rules: [rule(`${name}.test`, path('/', 'web'), path(`/${name}`, 'api'))] }),
  )
  assert.equal(JSON.stringify(table({ ingresses })), JSON.stringify(table({ ingresses: ingresses.toReversed() })))
})
