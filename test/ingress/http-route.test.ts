// Does a real NGINX do what HTTPRoutes ask for: matches, filters, weights, protocols?
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Gateway } from '../../src/objects/kinds/gateway.ts'
import type { HTTPRoute } from '../../src/objects/kinds/http-route.ts'
import { ask, type Backend, type Question, service, startBackend, startProxy, type TestProxy } from './proxy.testing.ts'

type Spec = NonNullable<HTTPRoute['spec']>
type Rules = NonNullable<Spec['rules']>

const gateway: Gateway = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'gateway', namespace: 'test' },
  spec: {
    gatewayClassName: 'external',
    listeners: [
      { name: 'http', port: 80, protocol: 'HTTP' },
      { name: 'https', port: 443, protocol: 'HTTPS' },
    ],
  },
}

function route(host: string, rules: Rules, sectionName?: string): HTTPRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: `${host.replace('*', 'any')}-${sectionName ?? 'all'}`, namespace: 'test' },
    spec: {
      parentRefs: [{ name: 'gateway', ...(sectionName !== undefined && { sectionName }) }],
      hostnames: [host],
      rules,
    },
  }
}

const to = (name: string, weight?: number) => ({ name, port: 80, ...(weight !== undefined && { weight }) })
const under = (value: string) => ({ path: { type: 'PathPrefix' as const, value } })

describe('an HTTPRoute behind a real NGINX', () => {
  let proxy: TestProxy
  const backends: Backend[] = []

  before(async () => {
    for (const name of ['a', 'b']) backends.push(await startBackend(name))
    const [a, b] = backends as [Backend, Backend]
    const matching: Rules = [
      { matches: [{ path: { type: 'Exact', value: '/exact' } }], backendRefs: [to('a')] },
      { matches: [{ ...under('/m'), method: 'POST' }], backendRefs: [to('b')] },
      { matches: [{ ...under('/m'), headers: [{ name: 'X-Version', value: 'v2$"' }] }], backendRefs: [to('b')] },
      {
        matches: [{ ...under('/m'), headers: [{ name: 'X-Kind', value: 'be(t|s)+a', type: 'RegularExpression' }] }],
        backendRefs: [to('b')],
      },
      { matches: [{ ...under('/m'), queryParams: [{ name: 'a b', value: 'c&d' }] }], backendRefs: [to('b')] },
      {
        matches: [{ ...under('/m'), queryParams: [{ name: 'x', value: '1' }], headers: [{ name: 'y', value: '2' }] }],
        backendRefs: [to('b')],
      },
      { matches: [under('/m')], backendRefs: [to('a')] },
      { matches: [{ ...under('/only'), headers: [{ name: 'y', value: '2' }] }], backendRefs: [to('b')] },
    ]
    const rewriting: Rules = [
      { matches: [under('/old')], filters: [{ type: 'URLRewrite', urlRewrite: { hostname: 'inner.test', path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' } } }], backendRefs: [to('a')] },
      { matches: [under('/strip')], filters: [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/' } } }], backendRefs: [to('a')] },
      { matches: [under('/full')], filters: [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: '/one/$two' } } }], backendRefs: [to('a')] },
      { matches: [under('/headers')], filters: [
        { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'X-Set', value: '$host "q" \\ ;}' }], add: [{ name: 'X-Add', value: 'more' }], remove: ['X-Gone', 'X-Real-IP'] } },
        { type: 'ResponseHeaderModifier', responseHeaderModifier: { set: [{ name: 'X-New', value: 'yes; {x}' }], remove: ['X-Removed'] } },
      ], backendRefs: [to('a')] },
      { matches: [under('/go')], filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', hostname: 'there.test', statusCode: 301, path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/gone' } } }] },
      { matches: [under('/away')], filters: [{ type: 'RequestRedirect', requestRedirect: { port: 8080, path: { type: 'ReplaceFullPath', replaceFullPath: '/x y' } } }] },
    ] // biome-ignore format: a table of rules
    const patterns: Rules = [
      { matches: [{ path: { type: 'RegularExpression', value: '/users/[0-9]+' } }], backendRefs: [to('b')] },
      { matches: [{ path: { type: 'Exact', value: '/users/7' } }], backendRefs: [to('a')] },
      { matches: [under('/users')], backendRefs: [to('a')] },
    ]
    proxy = await startProxy({
      gateways: [gateway],
      services: [service('a', [a]), service('b', [b]), service('empty', [])],
      httpRoutes: [
        route('match.test', matching),
        route('rewrite.test', rewriting),
        route('pattern.test', patterns),
        route('*.deep.test', [{ backendRefs: [to('a')] }]),
        route('weights.test', [{ backendRefs: [to('a', 1), to('b', 3), to('a', 0)] }]),
        route('lossy.test', [{ backendRefs: [to('a', 1), to('gone', 1), to('empty', 1)] }]),
        route('split.test', [{ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }] }], 'http'),
        route('split.test', [{ backendRefs: [to('b')] }], 'https'),
      ],
    })
    assert.deepEqual(proxy.instance.state.diagnostics, [])
  })
  after(async () => {
    await proxy[Symbol.asyncDispose]()
    for (const backend of backends) await backend[Symbol.asyncDispose]()
  })

  const answer = async (question: Question): Promise<string> => {
    const got = await ask(question)
    return got.status === 200 ? got.echo.backend : String(got.status)
  }

  test('method, headers and query decide, and what matches less decides for the rest', async () => {
    const host = 'match.test'
    const cases: readonly (readonly [expected: string, question: Omit<Question, 'host'>])[] = [
      ['a', { path: '/exact' }],
      ['404', { path: '/exact/x' }],
      ['a', { path: '/m/x' }],
      ['b', { path: '/m', method: 'POST', body: Buffer.from('kept') }],
      ['b', { path: '/m', headers: { 'x-version': 'v2$"' } }],
      ['a', { path: '/m', headers: { 'x-version': 'V2$"' } }],
      ['b', { path: '/m', headers: { 'x-kind': 'betsa' } }],
      ['a', { path: '/m', headers: { 'x-kind': 'xbetsa' } }],
      ['b', { path: '/m?a+b=c%26d' }],
      ['b', { path: '/m?z=1&a%20b=c%26d&y' }],
      ['a', { path: '/m?a%20b=c' }],
      ['b', { path: '/m?x=1', headers: { y: '2' } }],
      ['a', { path: '/m?x=1' }],
      ['404', { path: '/mm', headers: { y: '2' } }],
      ['b', { path: '/only/x', headers: { y: '2' } }],
      ['404', { path: '/only' }],
    ]
    for (const [expected, question] of cases) {
      const got = await answer({ host, ...question })
      assert.equal(got, expected, JSON.stringify(question))
    }
    const posted = await ask({ host, path: '/m', method: 'POST', body: Buffer.from('kept') })
    assert.equal(posted.echo.bodyBytes, 4)
    assert.equal(posted.echo.method, 'POST')
  })

  test('paths and host names are rewritten, encoded as they came', async () => {
    const url = async (path: string) => (await ask({ host: 'rewrite.test', path })).echo.url
    assert.equal(await url('/old/a%20b?q=%2F'), '/new/a%20b?q=%2F')
    assert.equal(await url('/old'), '/new')
    assert.equal(await url('/strip'), '/')
    assert.equal(await url('/strip/x'), '/x')
    assert.equal(await url('/full/whatever?x=1'), '/one/$two?x=1')
    const { echo } = await ask({ host: 'rewrite.test', path: '/old' })
    assert.equal(echo.headers.host, 'inner.test')
    assert.equal(echo.headers['x-forwarded-host'], 'rewrite.test')
  })

  test('headers are set, added and removed, values taken literally', async () => {
    const got = await ask({ host: 'rewrite.test', path: '/headers', headers: { 'x-add': 'first', 'x-gone': '1' } })
    assert.equal(got.echo.headers['x-set'], '$host "q" \\ ;}')
    assert.equal(got.echo.headers['x-add'], 'first,more')
    assert.equal(got.echo.headers['x-gone'], undefined)
    assert.equal(got.echo.headers['x-real-ip'], undefined)
    assert.equal(got.echo.headers['x-forwarded-for'], '127.0.0.1')
    assert.equal(got.headers['x-new'], 'yes; {x}')
    assert.equal(got.headers['x-removed'], undefined)
  })

  test('redirects keep what they must, and no escape of the client becomes a header', async () => {
    const location = async (path: string) => {
      const got = await ask({ host: 'rewrite.test', path })
      return `${got.status} ${got.headers.location ?? ''} ${got.headers['set-cookie']?.join() ?? ''}`.trim()
    }
    assert.equal(await location('/go/a%20b?x=1'), '301 https://there.test/gone/a%20b?x=1')
    assert.equal(await location('/go?x=1'), '301 https://there.test/gone?x=1')
    assert.equal(await location('/go/%0d%0aset-cookie:x'), '301 https://there.test/gone/%0d%0aset-cookie:x')
    assert.equal(await location('/%67o/x'), '404')
    assert.equal(await location('/away/x?y=1'), '302 http://rewrite.test:8080/x%20y?y=1')
  })

  test('a pattern must match the whole path; exact paths come first, prefixes last', async () => {
    const host = 'pattern.test'
    assert.deepEqual(
      await Promise.all(
        ['/users/12', '/users/7', '/users/12x', '/users/x', '/other'].map(path => answer({ host, path })),
      ),
      ['b', 'a', 'a', 'a', '404'],
    )
  })

  test('a wildcard of the Gateway API takes names of any depth', async () => {
    assert.deepEqual(await Promise.all(['x.deep.test', 'x.y.deep.test', 'deep.test'].map(host => answer({ host }))), [
      'a',
      'a',
      '404',
    ])
  })

  test('weights divide the requests; a weight of zero gets none', async () => {
    const got = await Promise.all(Array.from({ length: 400 }, () => answer({ host: 'weights.test' })))
    const share = got.filter(name => name === 'b').length / got.length
    assert.ok(share > 0.64 && share < 0.86, `share of b: ${share}`)
    assert.ok(got.every(name => name === 'a' || name === 'b'))
  })

  test('the share of a missing Service is 500, that of one without endpoints 503', async () => {
    const got = await Promise.all(Array.from({ length: 120 }, () => answer({ host: 'lossy.test' })))
    assert.deepEqual([...new Set(got)].sort(), ['500', '503', 'a'])
  })

  test('routes on one listener each: HTTP redirects, HTTPS serves', async () => {
    const plain = await ask({ host: 'split.test', path: '/x?y' })
    assert.equal(`${plain.status} ${plain.headers.location}`, '302 https://split.test/x?y')
    assert.equal(await answer({ host: 'split.test', tls: true }), 'b')
  })
})
