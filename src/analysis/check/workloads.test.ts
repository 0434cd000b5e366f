import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inventory, object, workload } from './check.testing.ts'
import { workloadsOf } from './workloads.ts'

const owners = (list: readonly { readonly owner: string }[]) => list.map(({ owner }) => owner)

test('a selector meets the pods of its namespace that have all its labels', () => {
  const labels = { app: 'web', 'part-of': 'shop' }
  const { selectedBy, pickedBy, anywhere } = workloadsOf(
    inventory([
      workload('a/one', { labels }),
      workload('a/two', { labels: { app: 'web' } }),
      workload('b/one', { labels }),
    ]),
  )
  assert.deepEqual(owners(selectedBy('a', { app: 'web' })), ['Deployment/a/one', 'Deployment/a/two'])
  assert.deepEqual(owners(selectedBy('a', labels)), ['Deployment/a/one'])
  assert.deepEqual(selectedBy('a', {}), [], 'an empty selector of a Service selects nothing')
  assert.deepEqual(owners(pickedBy('a', {})), ['Deployment/a/one', 'Deployment/a/two'], 'that of a policy everything')
  const without = { matchExpressions: [{ key: 'part-of', operator: 'DoesNotExist' }] }
  assert.deepEqual(owners(pickedBy('a', without)), ['Deployment/a/two'])
  assert.equal(anywhere({ 'part-of': 'shop' })?.owner, 'Deployment/a/one')
  assert.equal(anywhere({ app: 'none' }), undefined)
})

test('ports are those of all containers, with their defaults', () => {
  const [one] = workloadsOf(inventory([workload('web', { ports: ['http:80', '53/UDP'] })])).all
  assert.deepEqual(one?.ports, [
    { name: 'http', port: 80, protocol: 'TCP' },
    { port: 53, protocol: 'UDP' },
  ])
})

test('what a controller of the input has made is its owner’s, and not another workload', () => {
  const owned = (kind: string, name: string, ownerReferences: readonly object[]) => {
    const base = object(kind, name, { spec: {} })
    return { ...base, metadata: { ...base.metadata, ownerReferences } } as typeof base
  }
  const controller = { apiVersion: 'apps/v1', uid: 'x', controller: true }
  const { all } = workloadsOf(
    inventory([
      workload('web'),
      owned('Pod', 'web-1', [{ ...controller, kind: 'Deployment', name: 'web' }]),
      owned('Pod', 'db-1', [{ ...controller, kind: 'Cluster', name: 'db' }]),
      owned('Pod', 'alone', []),
    ]),
  )
  assert.deepEqual(owners(all), ['Deployment/default/web', 'Pod/default/db-1', 'Pod/default/alone'])
})
