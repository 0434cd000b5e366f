import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advice, object, told } from '../check.testing.ts'
import { gatewayMissing } from './fw434-gateway-missing.ts'

const route = (parent: object) => object('HTTPRoute', 'web', { spec: { parentRefs: [parent] } })
const gateway = (key: string) => object('Gateway', key, { spec: { gatewayClassName: 'x', listeners: [] } })

test('a Gateway that is missing is reported at its name', () => {
  assert.deepEqual(told(gatewayMissing, [route({ name: 'edge' })], { site: {} }), [
    'spec.parentRefs[0].name error FW434 HTTPRoute default/web names the Gateway default/edge, which does not exist',
  ])
  assert.match(told(gatewayMissing, [route({ name: 'edge' })])[0] ?? '', /warning FW434/)
})

test('one in another namespace is pointed out', () => {
  assert.equal(
    advice(gatewayMissing, [route({ name: 'edge' }), gateway('infra/edge')]),
    'there is infra/edge: add namespace: infra',
  )
})

test('a Gateway that exists, and a Service as parent, are silent', () => {
  assert.deepEqual(told(gatewayMissing, [route({ name: 'edge', namespace: 'infra' }), gateway('infra/edge')]), [])
  assert.deepEqual(told(gatewayMissing, [route({ name: 'edge' }), gateway('default/edge')]), [])
  assert.deepEqual(told(gatewayMissing, [route({ group: '', kind: 'Service', name: 'web' })]), [])
})
