import assert from 'node:assert/strict'
import { test } from 'node:test'
import { object, service, told, workload } from '../check.testing.ts'
import { portNobodyServes } from './fw302-port-nobody-serves.ts'

const to = (targetPort?: number | string, protocol?: string) =>
  service('web', {
    ports: [{ port: 80, ...(targetPort === undefined ? {} : { targetPort }), ...(protocol && { protocol }) }],
  })

test('a number that is not declared is a warning, a name an error', () => {
  const web = workload('web', { ports: ['http:8080'] })
  assert.deepEqual(told(portNobodyServes, [to(8000), web]), [
    'spec.ports[0].targetPort warning FW302 Service default/web port 80 leads to 8000/TCP, which no container of Deployment/default/web declares',
  ])
  assert.match(told(portNobodyServes, [to('web'), web])[0] ?? '', /error FW302/)
})

test('without targetPort the port itself is meant, and is the place', () => {
  assert.match(
    told(portNobodyServes, [to(), workload('web', { ports: ['8080'] })])[0] ?? '',
    /^spec\.ports\[0\]\.port warning/,
  )
})

test('the protocol counts', () => {
  const dns = workload('web', { ports: ['dns:53/UDP'] })
  assert.deepEqual(told(portNobodyServes, [to('dns', 'UDP'), dns]), [])
  assert.equal(told(portNobodyServes, [to('dns'), dns]).length, 1)
})

test('pods that the selector takes in by mistake are named', () => {
  const labels = { app: 'web' }
  const front = workload('front', { labels, ports: ['3000'] })
  const cache = workload('cache', { labels, ports: ['6379'] })
  assert.match(
    told(portNobodyServes, [to(3000), front, cache])[0] ?? '',
    /takes in the pods of Deployment\/default\/cache too$/,
  )
  const template = { metadata: { labels }, spec: { containers: [{ name: 'x', image: 'x' }] } }
  const nightly = object('CronJob', 'nightly', { spec: { jobTemplate: { spec: { template } } } })
  assert.match(told(portNobodyServes, [to(3000), front, nightly])[0] ?? '', /CronJob\/default\/nightly too$/)
})

test('a named port leaves out pods without it, so several versions may serve it differently', () => {
  const labels = { app: 'web' }
  const objects = [workload('one', { labels, ports: ['http:80'] }), workload('two', { labels, ports: ['http:8080'] })]
  assert.deepEqual(told(portNobodyServes, [to('http'), ...objects]), [])
  assert.deepEqual(told(portNobodyServes, [to('http'), ...objects, workload('db', { labels, ports: ['5432'] })]), [])
})

test('containers that declare no port at all may listen anywhere', () => {
  assert.deepEqual(told(portNobodyServes, [to(8080), workload('web')]), [])
})
