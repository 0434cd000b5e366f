import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advice, object, told, workload } from '../check.testing.ts'
import { policySelectsNothing } from './fw501-policy-selects-nothing.ts'

const policy = (podSelector: object) => object('NetworkPolicy', 'p', { spec: { podSelector } })
const frontend = policy({ matchLabels: { app: 'frontend' } })

test('a policy about no pod is a hint', () => {
  assert.deepEqual(told(policySelectsNothing, [frontend, workload('web')]), [
    'spec.podSelector info FW501 NetworkPolicy default/p selects app=frontend, and no workload in namespace default makes such pods',
  ])
  assert.match(
    advice(policySelectsNothing, [frontend, workload('shop/frontend')]) ?? '',
    /^there are such pods in namespace shop/,
  )
})

test('expressions are looked at', () => {
  const not = policy({ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] })
  assert.equal(told(policySelectsNothing, [not, workload('web')]).length, 1)
  assert.deepEqual(told(policySelectsNothing, [not, workload('api')]), [])
})

test('an empty selector means all pods, also those to come', () => {
  assert.deepEqual(told(policySelectsNothing, [policy({})]), [])
  assert.deepEqual(told(policySelectsNothing, [frontend, workload('frontend')]), [])
})
