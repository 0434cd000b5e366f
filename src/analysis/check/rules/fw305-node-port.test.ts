import assert from 'node:assert/strict'
import { test } from 'node:test'
import { service, told } from '../check.testing.ts'
import { nodePort } from './fw305-node-port.ts'

const on = (...nodePorts: readonly number[]) => ({
  type: 'NodePort',
  ports: nodePorts.map((port, index) => ({ name: `p${index}`, port: 80 + index, nodePort: port })),
})

test('a node port outside the range is refused', () => {
  assert.deepEqual(told(nodePort, [service('a', on(8080, 32_768))]), [
    'spec.ports[0].nodePort error FW305 Service default/a asks for node port 8080, which is outside 30000–32767',
    'spec.ports[1].nodePort error FW305 Service default/a asks for node port 32768, which is outside 30000–32767',
  ])
})

test('a node port of two Services is refused to the second, whatever the protocol', () => {
  const udp = { type: 'NodePort', ports: [{ port: 53, protocol: 'UDP', nodePort: 30_080 }] }
  assert.deepEqual(told(nodePort, [service('a', on(30_080)), service('b', udp)]), [
    'spec.ports[0].nodePort error FW305 Service default/b asks for node port 30080, which Service default/a (spec.ports[0].nodePort:1) has already',
  ])
})

test('the health check’s port is one of them', () => {
  const health = { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 30_080 }
  assert.match(told(nodePort, [service('a', on(30_080)), service('b', health)])[0] ?? '', /^spec\.healthCheckNodePort/)
})

test('one Service may have a number for TCP and for UDP, and most ask for none', () => {
  const ports = [
    { name: 't', port: 53, nodePort: 30_053 },
    { name: 'u', port: 53, protocol: 'UDP', nodePort: 30_053 },
  ]
  assert.deepEqual(
    told(nodePort, [service('dns', { type: 'NodePort', ports }), service('b', on(30_000, 32_767)), service('c')]),
    [],
  )
})
