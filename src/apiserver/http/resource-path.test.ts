// What a URL path means.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseResourcePath } from './resource-path.ts'

const cases: readonly (readonly [path: string, expected: object | undefined])[] = [
  ['/api/v1/pods', { group: '', version: 'v1', plural: 'pods', rest: '' }],
  ['/api/v1/namespaces', { group: '', version: 'v1', plural: 'namespaces', rest: '' }],
  ['/api/v1/namespaces/shop', { group: '', version: 'v1', plural: 'namespaces', name: 'shop', rest: '' }],
  [
    '/api/v1/namespaces/shop/finalize',
    { group: '', version: 'v1', plural: 'namespaces', name: 'shop', subresource: 'finalize', rest: '' },
  ],
  ['/api/v1/namespaces/shop/pods', { group: '', version: 'v1', plural: 'pods', namespace: 'shop', rest: '' }],
  [
    '/apis/apps/v1/namespaces/shop/deployments/web/scale',
    {
      group: 'apps',
      version: 'v1',
      plural: 'deployments',
      namespace: 'shop',
      name: 'web',
      subresource: 'scale',
      rest: '',
    },
  ],
  [
    '/api/v1/namespaces/a/pods/b/proxy/x/y',
    { group: '', version: 'v1', plural: 'pods', namespace: 'a', name: 'b', subresource: 'proxy', rest: '/x/y' },
  ],
  ['/api/v1', undefined],
  ['/apis/apps/v1', undefined],
  ['/version', undefined],
]

for (const [path, expected] of cases) {
  test(`${path} ${expected === undefined ? 'is no resource' : 'is a resource'}`, () => {
    assert.deepEqual(parseResourcePath(path), expected)
  })
}
