import assert from 'node:assert/strict'
import { test } from 'node:test'
import { qosClass } from './qos-class.ts'

test('the class follows from what every container requests and is limited to, however it is written', () => {
  const of = (...resources: object[]) =>
    qosClass({ spec: { containers: resources.map((resources, index) => ({ name: `c${index}`, resources })) } })
  const full = { cpu: '1', memory: '1Gi' }
  assert.equal(of({}), 'BestEffort')
  assert.equal(of({ requests: { cpu: '0', memory: 0 } }), 'BestEffort')
  assert.equal(of({ limits: full }), 'Guaranteed')
  assert.equal(of({ limits: full, requests: { cpu: '1000m', memory: '1024Mi' } }), 'Guaranteed')
  assert.equal(of({ limits: full }, {}), 'Burstable')
  assert.equal(of({ requests: { cpu: '100m' } }), 'Burstable')
})
