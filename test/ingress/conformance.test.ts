// Does a real NGINX route by the Kubernetes specification of Ingress: hosts, path types, default backends, errors?
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  ask,
  type Backend,
  ingress,
  rule,
  service,
  startBackend,
  startProxy,
  type TestProxy,
  type World,
} from './proxy.testing.ts'

describe('an Ingress behind a real NGINX', () => {
  let proxy: TestProxy
  const backends: Backend[] = []
  let world: World

  before(async () => {
    for (const name of ['a', 'b', 'c', 'fallback']) backends.push(await startBackend(name))
    const [a, b, c, fallback] = backends as [Backend, Backend, Backend, Backend]
    world = {
      services: [
        service('a', [a]),
        service('b', [b]),
        service('c', [c]),
        service('fallback', [fallback]),
        service('empty', []),
      ],
      ingresses: [
        ingress('paths', {
          rules: [
            rule('exact.test', [['/foo', 'Exact', 'a'], ['/bar/', 'Exact', 'b']]),
            rule('prefix.test', [['/foo', 'Prefix', 'a'], ['/aaa/bbb/', 'Prefix', 'b'], ['/aaa', 'Prefix', 'c']]),
            rule('mixed.test', [['/foo', 'Prefix', 'a'], ['/foo', 'Exact', 'b'], ['/', 'Prefix', 'c'], ['/', 'Exact', 'b']]),
            rule('*.wild.test', [['/', 'Prefix', 'a']]),
            rule('deep.wild.test', [['/', 'Prefix', 'b']]),
            rule('errors.test', [['/empty', 'Prefix', 'empty'], ['/missing', 'Prefix', 'nobody'], ['/ok', 'Prefix', 'a']]),
          ],
        }), // biome-ignore format: a table of rules
        ingress('default', {
          defaultBackend: { service: { name: 'fallback', port: { number: 80 } } },
          rules: [rule('own.test', [['/x', 'Prefix', 'a']]), { host: 'bare.test' }],
        }),
        ingress('one', { rules: [rule('one.test', [['/', 'Prefix', 'a']])] }),
        ingress('two', { rules: [rule('two.test', [['/', 'Prefix', 'b']])] }),
        ingress('escaped', {
          rules: [
            rule('escaped.test', [
              ['/a%20b', 'Prefix', 'a'],
              ['/ü', 'Exact', 'b'],
              ['/$x;{}"\\#\'', 'Exact', 'c'],
            ]),
          ],
        }),
      ],
    }
    proxy = await startProxy(world)
  })
  after(async () => {
    await proxy[Symbol.asyncDispose]()
    for (const backend of backends) await backend[Symbol.asyncDispose]()
  })

  /** Which backend answers, or the status. */
  const answer = async (host: string, path: string): Promise<string> => {
    const got = await ask({ host, path })
    return got.status === 200 ? got.echo.backend : String(got.status)
  }
  const cases: readonly (readonly [host: string, path: string, expected: string])[] = [
    ['exact.test', '/foo', 'a'],
    ['exact.test', '/foo/', '404'],
    ['exact.test', '/FOO', '404'],
    ['exact.test', '/foobar', '404'],
    ['exact.test', '/bar/', 'b'],
    ['exact.test', '/bar', '404'],
    ['exact.test', '/', '404'],
    ['prefix.test', '/foo', 'a'],
    ['prefix.test', '/foo/', 'a'],
    ['prefix.test', '/foo/bar/baz', 'a'],
    ['prefix.test', '/foobar', '404'],
    ['prefix.test', '/FOO', '404'],
    ['prefix.test', '/aaa/bbb', 'b'],
    ['prefix.test', '/aaa/bbb/', 'b'],
    ['prefix.test', '/aaa/bbb/ccc', 'b'],
    ['prefix.test', '/aaa/bbbxyz', 'c'],
    ['prefix.test', '/aaa', 'c'],
    ['prefix.test', '/aaa/ccc', 'c'],
    ['prefix.test', '//foo//x', 'a'],
    ['prefix.test', '/foo/../aaa', 'c'],
    ['prefix.test', '/%66oo', 'a'],
    ['mixed.test', '/foo', 'b'],
    ['mixed.test', '/foo/', 'a'],
    ['mixed.test', '/', 'b'],
    ['mixed.test', '/other', 'c'],
    ['x.wild.test', '/', 'a'],
    ['X.Wild.Test', '/', 'a'],
    ['x.wild.test:80', '/', 'a'],
    ['x.wild.test.', '/', 'a'],
    ['x.y.wild.test', '/', '404'],
    ['wild.test', '/', '404'],
    ['deep.wild.test', '/', 'b'],
    ['errors.test', '/empty', '503'],
    ['errors.test', '/missing/x', '503'],
    ['errors.test', '/ok', 'a'],
    ['errors.test', '/', '404'],
    ['own.test', '/x', 'a'],
    ['own.test', '/y', 'fallback'],
    ['bare.test', '/', 'fallback'],
    ['unknown.test', '/', '404'],
    ['one.test', '/', 'a'],
    ['two.test', '/', 'b'],
    ['escaped.test', '/a%20b/c', 'a'],
    ['escaped.test', '/%C3%BC', 'b'],
    ['escaped.test', "/$x;%7B%7D%22%5C%23'", 'c'],
  ]
  for (const [host, path, expected] of cases) {
    test(`${host}${path} → ${expected}`, async () => assert.equal(await answer(host, path), expected))
  }

  test('https serves every host, with a certificate of the authority that covers it', async () => {
    const got = await ask({ host: 'one.test', path: '/', tls: true })
    assert.equal(got.echo.backend, 'a')
    assert.match(got.certificateNames, /DNS:one\.test/)
    const wild = await ask({ host: 'x.wild.test', path: '/', tls: true })
    assert.match(wild.certificateNames, /DNS:\*\.wild\.test/)
  })

  test('the client cannot lie about its address or protocol, and what it claimed is kept apart', async () => {
    const headers = {
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-proto': 'https',
      'x-real-ip': '6.6.6.6',
      proxy: 'evil',
      'x-forwarded-host': 'evil',
    }
    const { echo } = await ask({ host: 'one.test:8080', path: '/p?q=%2F', headers })
    assert.equal(echo.url, '/p?q=%2F')
    assert.equal(echo.headers['x-forwarded-for'], '127.0.0.1')
    assert.equal(echo.headers['x-real-ip'], '127.0.0.1')
    assert.equal(echo.headers['x-forwarded-proto'], 'http')
    assert.equal(echo.headers['x-forwarded-port'], '80')
    assert.equal(echo.headers['x-forwarded-host'], 'one.test:8080')
    assert.equal(echo.headers.host, 'one.test:8080')
    assert.equal(echo.headers['x-original-forwarded-for'], '6.6.6.6')
    assert.equal(echo.headers['x-original-forwarded-host'], 'evil')
    assert.equal(echo.headers.proxy, undefined)
    assert.match(echo.headers['x-request-id'] ?? '', /^test-\d+-1$/)
    const kept = await ask({ host: 'one.test', path: '/', headers: { 'x-request-id': 'mine' } })
    assert.equal(kept.echo.headers['x-request-id'], 'mine')
  })

  test('HSTS is on https answers, once, and only there', async () => {
    const secure = await ask({ host: 'one.test', path: '/', tls: true })
    assert.equal(secure.headers['strict-transport-security'], 'max-age=31536000; includeSubDomains')
    const plain = await ask({ host: 'one.test', path: '/' })
    assert.equal(plain.headers['strict-transport-security'], undefined)
  })

  test('an unknown host gets the default 404 page, with a Server header that tells no version', async () => {
    const got = await ask({ host: 'unknown.test', path: '/' })
    assert.match(got.body, /<center><h1>404 Not Found<\/h1><\/center>\r?\n<hr><center>nginx<\/center>/)
    assert.equal(got.headers.server, 'nginx')
  })

  test('a catch-all takes unknown hosts and names too deep for a wildcard, but no path of a known host', async () => {
    await proxy.update({
      ...world,
      ingresses: [
        ...(world.ingresses ?? []),
        ingress('all', { defaultBackend: { service: { name: 'c', port: { name: 'http' } } } }),
      ],
    })
    assert.equal(await answer('unknown.test', '/'), 'c')
    assert.equal(await answer('x.y.wild.test', '/'), 'c')
    assert.equal(await answer('x.wild.test', '/'), 'a')
    assert.equal(await answer('exact.test', '/'), '404')
    await proxy.update({
      ...world,
      ingresses: [
        ...(world.ingresses ?? []),
        ingress('all', {
          rules: [
            rule(undefined, [
              ['/p', 'Prefix', 'c'],
              ['/', 'Exact', 'b'],
            ]),
          ],
        }),
      ],
    })
    assert.equal(await answer('x.y.wild.test', '/p/q'), 'c')
    assert.equal(await answer('x.y.wild.test', '/'), 'b')
    assert.equal(await answer('x.wild.test', '/p'), 'a')
    assert.equal(await answer('deep.wild.test', '/p'), 'b')
    assert.equal(await answer('unknown.test', '/x'), '404')
    await proxy.update(world)
  })
})
