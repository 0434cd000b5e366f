import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advice, object, service, told, workload } from '../check.testing.ts'
import { serviceSelectsNothing } from './fw301-service-selects-nothing.ts'

test('a selector that meets no pod of the namespace is reported with the labels that are near', () => {
  const objects = [service('shop/web'), workload('shop/web', { labels: { app: 'frontend' } })]
  assert.deepEqual(told(serviceSelectsNothing, objects), [
    'spec.selector warning FW301 Service shop/web selects app=web, and no workload in namespace shop makes such pods',
  ])
  assert.match(advice(serviceSelectsNothing, objects) ?? '', /^the pods of Deployment\/shop\/web have app=frontend/)
})

test('pods of another namespace do not count, and are pointed out', () => {
  assert.match(
    advice(serviceSelectsNothing, [service('shop/web'), workload('blog/web')]) ?? '',
    /^Deployment\/blog\/web has these labels, in namespace blog/,
  )
})

test('pods of CronJobs, of bare Pods and of any workload count', () => {
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [] } }
  const cron = object('CronJob', 'web', { spec: { jobTemplate: { spec: { template } } } })
  const pod = object('Pod', 'web', { spec: { containers: [] } }, { labels: { app: 'web' } })
  for (const one of [cron, pod, workload('web', { kind: 'DaemonSet' })])
    assert.deepEqual(told(serviceSelectsNothing, [service('web'), one]), [])
})

test('a Service without selector, and an alias, select nothing on purpose', () => {
  assert.deepEqual(told(serviceSelectsNothing, [service('a', { selector: {} })]), [])
  assert.deepEqual(told(serviceSelectsNothing, [service('a', { type: 'ExternalName', externalName: 'x.org' })]), [])
})

test('pods that an operator makes carry the name of its own object', () => {
  const cluster = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', metadata: { name: 'web' } }
  assert.deepEqual(told(serviceSelectsNothing, [service('web')], { foreign: [cluster] }), [])
})

test('in kube-system the cluster itself runs pods that no manifest makes', () => {
  const scheduler = service('kube-system/scheduler', { selector: { component: 'kube-scheduler' } })
  assert.match(told(serviceSelectsNothing, [scheduler])[0] ?? '', /info FW301/)
})
