// Whole configurations, compared byte by byte with the files in golden/; UPDATE=1 rewrites them.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gateway, httpRoute, ingress, path, rule, service, table } from '../../network/routing/routing.testing.ts'
import type { RoutingTable } from '../../network/routing.ts'
import { certificateFor, certificatesOf } from './certificates.ts'
import { compile } from './compile.ts'
import type { ProxyPlace } from './proxy-options.ts'

const place: ProxyPlace = {
  version: { major: 1, minor: 22, patch: 1 },
  directory: '/etc/nginx',
  temporaryDirectory: '/var/lib/nginx',
  pidFile: '/var/lib/nginx/nginx.pid',
  accessLog: '/var/lib/nginx/access.log',
  workers: 2,
  user: 'www-data',
  ports: { http: 80, https: 443, status: 10246 },
  ipv6: true,
  openFiles: 65_536,
  requestIdPrefix: 'golden',
  resolvers: [],
}

function text(of: RoutingTable, at: Partial<ProxyPlace> = {}): string {
  const certificates = new Map(
    certificatesOf(of).map((need, index) => [
      need.id,
      { certificate: `/etc/nginx/certificates/${index}.crt`, key: `/etc/nginx/certificates/${index}.key` },
    ]),
  )
  return compile(of, { place: { ...place, ...at }, certificates }).text
}

function golden(name: string, actual: string): void {
  const file = join(import.meta.dirname, 'golden', `${name}.conf`)
  if (process.env.UPDATE === '1') writeFileSync(file, actual)
  assert.ok(existsSync(file), `${file} is missing: run with UPDATE=1`)
  assert.equal(actual, readFileSync(file, 'utf8'))
}

test('an empty class answers 404 to everyone', () => golden('empty', text(table({}))))

test('one Ingress with a certificate, a redirect and all path types', () => {
  const built = table({
    ingresses: [
      ingress('web', {
        tls: [{ hosts: ['web.anton.example'], secretName: 'web-tls' }],
        rules: [
          rule(
            'web.anton.example',
            path('/', 'web'),
            path('/api', 'api'),
            path('/exact/', 'api', 'Exact'),
            path('/gone', 'nobody'),
          ),
        ],
      }),
    ],
    certificate: () => ({ kind: 'valid', names: ['web.anton.example'] }),
    configMap: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'nginx-configuration', namespace: 'network' },
      data: {
        'worker-connections': '1024',
        'keepalive-timeout': '65',
        'client-max-body-size': '50m',
        'enable-gzip': 'true',
        'gzip-level': '6',
        'gzip-types': 'text/plain text/css',
      },
    },
  })
  golden('ingress', text(built))
})

test('an HTTPRoute with conditions, weights and filters', () => {
  const built = table({
    gateways: [gateway('gateway', [{ name: 'http', port: 80, protocol: 'HTTP' }])],
    httpRoutes: [
      httpRoute('route', {
        hostnames: ['*.anton.example'],
        rules: [
          {
            matches: [{ headers: [{ name: 'x-beta', value: 'yes' }], method: 'GET' }],
            backendRefs: [
              { name: 'web', port: 80, weight: 9 },
              { name: 'api', port: 80, weight: 1 },
            ],
          },
          {
            matches: [{ path: { type: 'PathPrefix', value: '/old' } }],
            filters: [
              { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' } } },
              { type: 'ResponseHeaderModifier', responseHeaderModifier: { set: [{ name: 'x-by', value: 'fairway' }] } },
            ],
            backendRefs: [{ name: 'web', port: 80 }],
          },
          { backendRefs: [{ name: 'web', port: 80 }] },
        ],
      }),
    ],
    services: [
      service('web', { endpoints: [{ at: '10.244.0.10' }, { at: '10.244.1.10' }] }),
      service('api', { endpoints: [{ at: 'fd00::10' }] }),
    ],
  })
  golden('http-route', text(built))
})

test('many hosts of one policy share a server block, and look their upstream up', () => {
  const names = Array.from({ length: 300 }, (_, index) => `h${index}`)
  const built = table({
    ingresses: names.map(name => ingress(name, { rules: [rule(`${name}.anton.example`, path('/', name))] })),
    services: names.map((name, index) => service(name, { endpoints: [{ at: `10.244.${index >> 8}.${index & 255}` }] })),
  })
  const conf = text(built)
  // The catch-all, the shared one, and the status port.
  assert.equal(conf.match(/^ {4}server \{$/gm)?.length, 3)
  assert.match(conf, /"h299\.anton\.example" "shop_h299_80";/)
})

test('Services with the same endpoints share an upstream block', () => {
  const built = table({
    ingresses: [
      ingress('a', { rules: [rule('a.anton.example', path('/', 'web')), rule('b.anton.example', path('/', 'api'))] }),
    ],
  })
  const conf = text(built)
  assert.deepEqual(conf.match(/^ {4}upstream \S+/gm), ['    upstream shop_api_80'])
  assert.equal(conf.match(/proxy_pass "http:\/\/shop_api_80";/g)?.length, 1)
})

test('a newer NGINX is told of HTTP/2 in its own way, and keeps tickets', () => {
  const conf = text(table({}), { version: { major: 1, minor: 26, patch: 0 } })
  assert.match(conf, /listen 443 ssl default_server/)
  assert.match(conf, /http2 on;/)
  assert.match(conf, /ssl_session_tickets on;/)
})

test('a Service outside the cluster is looked up at request time, by the resolvers of the pod', () => {
  const built = table({
    ingresses: [ingress('a', { rules: [rule('a.test', path('/', 'web'))] })],
    services: [service('web', { externalName: 'example.org' })],
  })
  assert.match(text(built), /return 503;/)
  const conf = text(built, { resolvers: ['10.96.0.10' as ProxyPlace['resolvers'][number]] })
  assert.match(conf, /resolver 10\.96\.0\.10 valid=5s;/)
  assert.match(conf, /default "example\.org:80";/)
})

test('default certificates are wildcards of the domain, where clients accept one', () => {
  const id = (host: string): string => certificateFor({ host, tls: { kind: 'default' } }).id
  assert.deepEqual(
    [
      'echo.anton.example',
      '*.anton.example',
      '**.anton.example',
      'anton.example',
      'a.b.anton.example',
      '*',
      'localhost',
    ].map(id),
    [
      'default *.anton.example',
      'default *.anton.example',
      'default *.anton.example',
      'default anton.example',
      'default *.b.anton.example',
      'default ingress.local',
      'default localhost',
    ],
  )
})

test('the same table gives the same bytes', () => {
  const build = () => text(table({ ingresses: [ingress('a', { rules: [rule('a.test', path('/', 'web'))] })] }))
  assert.equal(build(), build())
})
