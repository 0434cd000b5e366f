import assert from 'node:assert/strict'
import { test } from 'node:test'
import { told, workload } from '../check.testing.ts'
import { probePort } from './fw312-probe-port.ts'

const asks = (port: number | string, ports: readonly object[] = [{ name: 'http', containerPort: 8080 }]) =>
  workload('web', { container: { ports, readinessProbe: { httpGet: { path: '/', port } } } })

test('a name that the container does not declare can never be asked', () => {
  assert.deepEqual(told(probePort, [asks('web')]), [
    'spec.template.spec.containers[0].readinessProbe.httpGet.port error FW312 Deployment/default/web: the readinessProbe of container main asks port web, which the container does not declare',
  ])
  assert.match(told(probePort, [asks('web', [])])[0] ?? '', /error FW312/)
})

test('a number that is not declared is a hint', () => {
  assert.match(told(probePort, [asks(8081)])[0] ?? '', /info FW312/)
})

test('ports of other containers of the pod count by number, not by name', () => {
  const pod = (port: number | string) => ({
    containers: [
      { name: 'a', image: 'x', ports: [{ containerPort: 80 }], livenessProbe: { tcpSocket: { port } } },
      { name: 'b', image: 'x', ports: [{ name: 'admin', containerPort: 9000 }] },
    ],
  })
  assert.deepEqual(told(probePort, [workload('web', { pod: pod(9000) })]), [])
  assert.equal(told(probePort, [workload('web', { pod: pod('admin') })]).length, 1)
})

test('declared ports, and containers that declare none, are silent', () => {
  for (const port of ['http', 8080, '8080']) assert.deepEqual(told(probePort, [asks(port)]), [])
  assert.deepEqual(told(probePort, [asks(8081, [])]), [])
})
