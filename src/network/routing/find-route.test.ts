import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HostRoutes, RequestMatch } from '../routing.ts'
import { findHost } from './build-table.ts'
import { findRoutes, type PlainRequest } from './find-route.ts'
import { ingress, path, rule, table } from './routing.testing.ts'

const get = (path: string, more: Partial<PlainRequest> = {}): PlainRequest => ({
  scheme: 'https',
  method: 'GET',
  path,
  headers: new Map(),
  query: new Map(),
  ...more,
})

function deciding(entry: HostRoutes | undefined, request: PlainRequest): string | undefined {
  return entry === undefined ? undefined : findRoutes(entry, request)[0]?.source.field
}

test('exact before the longest prefix, prefixes by whole elements, and else nobody', () => {
  const built = table({
    ingresses: [
      ingress('shop', {
        rules: [rule('shop.example.org', path('/a', 'web'), path('/a/b', 'api'), path('/a/b', 'web', 'Exact'))],
      }),
    ],
  })
  const entry = findHost(built, 'shop.example.org')
  const field = (index: number) => `spec.rules[0].http.paths[${index}]`
  assert.equal(deciding(entry, get('/a/b')), field(2))
  assert.equal(deciding(entry, get('/a/b/c')), field(1))
  assert.equal(deciding(entry, get('/a/bc')), field(0))
  assert.equal(deciding(entry, get('/ab')), undefined)
})

test('every condition of a route must hold', () => {
  const match = (more: Partial<RequestMatch>): HostRoutes => ({
    host: '*',
    tls: { kind: 'default' },
    redirectToHttps: false,
    redirectKeepsSlash: false,
    routes: [
      {
        match: { path: { kind: 'prefix', path: '/' }, headers: [], query: [], ...more },
        action: { kind: 'respond', status: 200 },
        source: { kind: 'HTTPRoute', namespace: 'shop', name: 'web', field: 'here' },
      },
    ],
  })
  const takes = (more: Partial<RequestMatch>, request: PlainRequest) => findRoutes(match(more), request).length === 1
  assert.equal(takes({ method: 'POST' }, get('/')), false)
  assert.equal(takes({ scheme: 'http' }, get('/')), false)
  assert.equal(takes({ path: { kind: 'regex', pattern: '/[a-z]+' } }, get('/abc')), true)
  assert.equal(takes({ path: { kind: 'regex', pattern: '/[a-z]+' } }, get('/abc/1')), false)
  const header = { kind: 'exact', name: 'X-Team', value: 'blue' } as const
  assert.equal(takes({ headers: [header] }, get('/')), false)
  assert.equal(takes({ headers: [header] }, get('/', { headers: new Map([['x-team', 'blue']]) })), true)
  const query = { kind: 'regex', name: 'v', value: '[12]' } as const
  assert.equal(takes({ query: [query] }, get('/', { query: new Map([['v', '3']]) })), false)
  assert.equal(takes({ query: [query] }, get('/', { query: new Map([['v', '2']]) })), true)
})
