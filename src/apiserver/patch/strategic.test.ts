import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployment, deploymentSchema, withContainers } from './patch.testing.ts'
import { applyStrategicPatch, refuseStrategic } from './strategic.ts'

function patchSpec(spec: object, patch: object): unknown {
  const result = applyStrategicPatch(deployment({ ...spec }), { spec: patch }, deploymentSchema)
  return (result as { readonly spec: unknown }).spec
}

const two = withContainers({ name: 'a', image: '1' }, { name: 'b', image: '2' })

test('entries of a list with a merge key are merged by it, new ones come last', () => {
  assert.deepEqual(
    patchSpec(two, withContainers({ name: 'b', image: '3' }, { name: 'c', image: '4' })),
    withContainers({ name: 'a', image: '1' }, { name: 'b', image: '3' }, { name: 'c', image: '4' }),
  )
})

test('lists inside entries merge by their own key', () => {
  const env = (...env: readonly object[]) => withContainers({ name: 'a', env })
  assert.deepEqual(
    patchSpec(env({ name: 'X', value: '1' }, { name: 'Y', value: '2' }), env({ name: 'X', value: '9' })),
    env({ name: 'X', value: '9' }, { name: 'Y', value: '2' }),
  )
})

test('$patch deletes an entry, replaces a list, replaces or empties a map', () => {
  assert.deepEqual(
    patchSpec(two, withContainers({ name: 'a', $patch: 'delete' })),
    withContainers({ name: 'b', image: '2' }),
  )
  assert.deepEqual(patchSpec(two, withContainers({ $patch: 'replace' }, { name: 'z' })), withContainers({ name: 'z' }))
  const strategy = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } }
  assert.deepEqual(patchSpec(strategy, { strategy: { $patch: 'replace', type: 'Recreate' } }), {
    strategy: { type: 'Recreate' },
  })
  assert.deepEqual(patchSpec(strategy, { strategy: { $patch: 'delete' } }), { strategy: {} })
  assert.deepEqual(patchSpec(strategy, { strategy: { $patch: 'merge', type: 'x' } }), {
    strategy: { type: 'x', rollingUpdate: { maxSurge: 1 } },
  })
})

test('$retainKeys drops the fields of a union that the patch does not name', () => {
  const strategy = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } }
  assert.deepEqual(patchSpec(strategy, { strategy: { $retainKeys: ['type'], type: 'Recreate' } }), {
    strategy: { type: 'Recreate' },
  })
  assert.throws(() => patchSpec(strategy, { strategy: { $retainKeys: ['type'], rollingUpdate: {} } }), { code: 400 })
})

test('$setElementOrder puts the entries in the order of the client, those it does not know stay near', () => {
  const three = withContainers({ name: 'a' }, { name: 'b' }, { name: 'server' })
  const patch = {
    template: {
      spec: {
        '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }, { name: 'a' }],
        containers: [{ name: 'c' }],
      },
    },
  }
  assert.deepEqual(
    patchSpec(three, patch),
    withContainers({ name: 'server' }, { name: 'c' }, { name: 'b' }, { name: 'a' }),
  )
  const wrong = { template: { spec: { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'c' }] } } }
  assert.throws(() => patchSpec(three, wrong), /doesn't match \$setElementOrder list/)
})

test('lists of scalars with strategy merge grow, and $deleteFromPrimitiveList takes away', () => {
  const live = deployment({}, { finalizers: ['a', 'b'] })
  const merged = applyStrategicPatch(live, { metadata: { finalizers: ['c', 'a'] } }, deploymentSchema)
  assert.deepEqual((merged as typeof live).metadata.finalizers, ['b', 'c', 'a'])
  const cut = applyStrategicPatch(
    live,
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } },
    deploymentSchema,
  )
  assert.deepEqual((cut as typeof live).metadata.finalizers, ['b'])
})

test('other lists are replaced, nulls delete, and a new subtree is taken without its nulls and directives', () => {
  const spec = { template: { spec: { tolerations: [{ key: 'a' }] } }, replicas: 1 }
  assert.deepEqual(patchSpec(spec, { replicas: null, template: { spec: { tolerations: [{ key: 'b' }] } } }), {
    template: { spec: { tolerations: [{ key: 'b' }] } },
  })
  assert.deepEqual(patchSpec({}, { strategy: { type: 'x', rollingUpdate: null, $retainKeys: ['type'] } }), {
    strategy: { type: 'x' },
  })
})

test('what cannot be understood is refused as upstream refuses it', () => {
  assert.throws(() => patchSpec(two, withContainers({ image: 'x' })), {
    code: 400,
    message: 'map: {"image":"x"} does not contain declared merge key: name',
  })
  assert.throws(() => patchSpec(two, { template: { $patch: 'dance' } }), { code: 422 })
  assert.equal(refuseStrategic().code, 415)
})
