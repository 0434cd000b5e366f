import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../../objects/object.ts'
import { decideFate, type Fate, type OwnerState } from './decide-fate.ts'

type Owner = readonly [state: OwnerState, blocks?: boolean]

function fate(
  owners: readonly Owner[],
  more: { finalizers?: readonly string[]; hasDependents?: boolean; going?: boolean } = {},
): Fate {
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'p',
      finalizers: more.finalizers ?? [],
      ...(more.going && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
      ownerReferences: owners.map(([, blocks], i) => ({
        apiVersion: 'v1',
        kind: 'X',
        name: `${i}`,
        uid: `${i}`,
        blockOwnerDeletion: blocks ?? false,
      })),
    },
  }
  return decideFate(object, {
    stateOf: ({ uid }) => owners[Number(uid)]?.[0] ?? 'unknown',
    hasDependents: more.hasDependents ?? false,
  })
}

test('an object goes only when every owner is known to be gone', () => {
  const cases: [readonly Owner[], string][] = [
    [[], 'stay'],
    [[['solid']], 'stay'],
    [[['unknown']], 'stay'],
    [[['absent']], 'delete'],
    [[['absent'], ['absent']], 'delete'],
    [[['absent'], ['unknown']], 'detach'],
    [[['absent'], ['solid']], 'detach'],
    [[['waiting'], ['solid']], 'detach'],
    [[['waiting']], 'delete'],
  ]
  for (const [owners, kind] of cases) assert.equal(fate(owners).kind, kind, JSON.stringify(owners))
  assert.equal(fate([['absent']], { going: true }).kind, 'stay', 'what is going already is let be')
})

test('only the references to living owners are kept', () => {
  const result = fate([['absent'], ['solid'], ['waiting']])
  assert.ok(result.kind === 'detach')
  assert.deepEqual(
    result.keep.map(({ uid }) => uid),
    ['1'],
  )
})

test('the manner of deletion is handed down', () => {
  const propagation = (...args: Parameters<typeof fate>) => {
    const result = fate(...args)
    return result.kind === 'delete' ? result.propagation : undefined
  }
  assert.equal(propagation([['absent']]), 'Background')
  assert.equal(propagation([['waiting', true]], { hasDependents: true }), 'Foreground')
  assert.equal(propagation([['waiting', true]]), 'Background')
  assert.equal(propagation([['waiting', false]], { hasDependents: true }), 'Background')
  assert.equal(propagation([['absent']], { finalizers: ['orphan'] }), 'Orphan')
  assert.equal(propagation([['absent']], { finalizers: ['foregroundDeletion'] }), 'Foreground')
})
