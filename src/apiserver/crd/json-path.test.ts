// The paths that CustomResourceDefinitions write.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJsonPath } from './json-path.ts'

const object = {
  metadata: { labels: { 'a.b/c': 'x' } },
  spec: { size: 'small', hosts: ['one', 'two'], 'odd name': 1, zero: 0 },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Synced', status: 'False' },
    ],
  },
}

const cases: readonly (readonly [path: string, found: readonly unknown[]])[] = [
  ['.spec.size', ['small']],
  ['$.spec.size', ['small']],
  ['.spec.zero', [0]],
  ['.spec.hosts[0]', ['one']],
  ['.spec.hosts[-1]', ['two']],
  ['.spec.hosts[*]', ['one', 'two']],
  [".spec['odd name']", [1]],
  ['.metadata.labels.a\\.b/c', ['x']],
  ['.status.conditions[?(@.type=="Ready")].status', ['True']],
  [".status.conditions[?(@.type=='Synced')].status", ['False']],
  ['.status.conditions[?(@.type!="Ready")].type', ['Synced']],
  ['.status.conditions[?(@.missing)].type', []],
  ['.spec.missing.deeper', []],
]

for (const [path, found] of cases) {
  test(`${path} finds ${JSON.stringify(found)}`, () => assert.deepEqual(parseJsonPath(path)?.find(object), found))
}

test('what is no path is refused', () => {
  for (const text of ['spec size', '.spec[', '.spec[?(1)]']) assert.equal(parseJsonPath(text), undefined, text)
})
