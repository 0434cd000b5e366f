import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rightsOf } from './capabilities.ts'

const limit = (securityContext?: object) =>
  rightsOf(securityContext === undefined ? {} : { securityContext })
    .prefix.find(word => word.startsWith('--bounding-set='))
    ?.slice('--bounding-set='.length)
    .split(',')

test('a container has what container runtimes give, and no way to the disks of the machine', () => {
  const rights = limit()
  assert.equal(rights?.[0], '-all')
  for (const name of ['+chown', '+net_raw', '+net_bind_service', '+setuid']) assert.ok(rights?.includes(name), name)
  for (const name of ['+sys_admin', '+mknod', '+net_admin', '+sys_module']) assert.ok(!rights?.includes(name), name)
})

test('the manifest may add and drop rights, with or without CAP_', () => {
  assert.ok(limit({ capabilities: { add: ['NET_ADMIN'] } })?.includes('+net_admin'))
  assert.ok(limit({ capabilities: { add: ['CAP_SYS_TIME'] } })?.includes('+sys_time'))
  assert.ok(!limit({ capabilities: { drop: ['NET_RAW'] } })?.includes('+net_raw'))
  assert.deepEqual(limit({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }), ['-all', '+net_bind_service'])
})

test('a name that is none of them reaches no command line', () => {
  assert.deepEqual(limit({ capabilities: { add: ['x,+all', '--help'], drop: ['ALL'] } }), ['-all'])
})

test('a privileged container is not limited', () => {
  assert.deepEqual(rightsOf({ securityContext: { privileged: true } }), { prefix: [], taken: '' })
  assert.deepEqual(rightsOf({ securityContext: { capabilities: { add: ['ALL'] } } }), { prefix: [], taken: '' })
})
