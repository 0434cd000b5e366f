import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ManagedFieldsEntry } from '../../objects/object.ts'
import { managerFromUserAgent } from './managed-fields.ts'
import { deployment, deploymentSchema as schema, type TestObject, withContainers } from './patch.testing.ts'
import { updateManagedFields } from './update.ts'

const t0 = Date.UTC(2026, 0, 1)

function update(
  before: TestObject | undefined,
  after: TestObject,
  { manager = 'u', at = t0, subresource = '' } = {},
): TestObject {
  return updateManagedFields({ before, after, manager, now: at, schema, hasStatus: true, subresource })
}

function entries(object: TestObject): readonly ManagedFieldsEntry[] {
  return object.metadata.managedFields ?? []
}

test('creating owns every field given, and the optional maps and lists around them', () => {
  const created = update(
    undefined,
    deployment({ replicas: 1, ...withContainers({ name: 'a', image: 'x' }) }, { labels: { app: 'web' } }),
  )
  assert.deepEqual(entries(created), [
    {
      manager: 'u',
      operation: 'Update',
      apiVersion: 'apps/v1',
      time: '2026-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:replicas': {},
          'f:template': {
            'f:spec': { 'f:containers': { 'k:{"name":"a"}': { '.': {}, 'f:image': {}, 'f:name': {} } } },
          },
        },
      },
    },
  ])
})

test('a write that changes no field changes no ownership, not even its time', () => {
  const created = update(undefined, deployment({ replicas: 1 }))
  const again = update(created, structuredClone(created), { manager: 'other', at: t0 + 60_000 })
  assert.equal(again.metadata.managedFields, created.metadata.managedFields)
})

test('a changed field moves to whoever changed it, and a removed one belongs to nobody', () => {
  const created = update(undefined, deployment({ replicas: 1, paused: true }), { manager: 'a' })
  const changed = update(created, { ...created, spec: { replicas: 2 } }, { manager: 'b', at: t0 + 60_000 })
  assert.deepEqual(
    entries(changed).map(({ manager, time, fieldsV1 }) => ({ manager, time, fieldsV1 })),
    [{ manager: 'b', time: '2026-01-01T00:01:00Z', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }],
  )
})

test('the status has an entry of its own, and only its subresource can own it', () => {
  const created = update(undefined, { ...deployment({ replicas: 1 }), status: { readyReplicas: 3 } }, { manager: 'a' })
  assert.equal(JSON.stringify(entries(created)).includes('f:status'), false)
  const after = { ...created, status: { conditions: [{ type: 'Available', status: 'True' }] } }
  const [, status] = entries(update({ ...created, status: {} }, after, { manager: 'a', subresource: 'status' }))
  assert.equal(status?.subresource, 'status')
  assert.deepEqual(status?.fieldsV1, {
    'f:status': { 'f:conditions': { '.': {}, 'k:{"type":"Available"}': { '.': {}, 'f:status': {}, 'f:type': {} } } },
  })
})

test('a client may clear the ownership, or hand it to another manager as kubectl does before server-side apply', () => {
  const created = update(undefined, deployment({ replicas: 1 }), { manager: 'kubectl-client-side-apply' })
  const sent = (managedFields: readonly object[]) =>
    ({ ...created, metadata: { ...created.metadata, managedFields } }) as TestObject
  assert.deepEqual(entries(update(created, sent([]))), [])
  assert.deepEqual(entries(update(created, sent([{}]))), [])
  const handed = entries(created).map(entry => ({ ...entry, manager: 'kubectl', operation: 'Apply' }))
  assert.deepEqual(entries(update(created, sent(handed))), handed)
  const nonsense = update(created, sent([{ manager: 'x', operation: 'Steal', fieldsType: 'FieldsV1' }]))
  assert.deepEqual(entries(nonsense), entries(created))
  const through = update(created, sent([]), { subresource: 'status' })
  assert.deepEqual(entries(through), entries(created))
})

test('more than ten updaters are folded into one, oldest first', () => {
  let object = update(undefined, deployment({}, { labels: { l0: 'x' } }), { manager: 'm00' })
  for (let index = 1; index < 14; index++) {
    const labels = { ...object.metadata.labels, [`l${index}`]: 'x' }
    const manager = `m${String(index).padStart(2, '0')}`
    object = update(object, { ...object, metadata: { ...object.metadata, labels } }, { manager, at: t0 + index * 1000 })
  }
  const managers = entries(object).map(entry => entry.manager)
  assert.deepEqual(managers, ['ancient-changes', 'm05', 'm06', 'm07', 'm08', 'm09', 'm10', 'm11', 'm12', 'm13'])
  assert.equal(JSON.stringify(entries(object)[0]?.fieldsV1).includes('f:l4'), true)
})

test('the manager of a request without one is the program that sent it', () => {
  assert.equal(managerFromUserAgent('kubectl/v1.32.4 (linux/amd64) kubernetes/4cb5f07'), 'kubectl')
  assert.equal(managerFromUserAgent(undefined), 'unknown')
  assert.equal(managerFromUserAgent('x\u0000y'.repeat(100)).length, 128)
})
