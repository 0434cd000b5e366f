import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { ContainerSpec } from './pod-types.ts'
import { mountsOf, type VolumeOptions } from './volumes.ts'

type Volume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number]

function world(t: TestContext, volume: Volume) {
  const root = mkdtempSync(join(tmpdir(), 'fairway-volumes-'))
  t.after(() => rmSync(root, { recursive: true }))
  const [directory, nodeDirectory, outside] = [join(root, 'pod'), join(root, 'node'), join(root, 'outside')]
  mkdirSync(outside)
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [], volumes: [volume] },
  }
  const options: VolumeOptions = {
    facts: { pod, nodeName: 'n', addresses: [], hostAddresses: [], allocatable: {} },
    sources: { configMaps: new Map(), secrets: new Map(), services: new Map() },
    directory,
    nodeDirectory,
    serviceAccount: undefined,
  }
  const mount = (more: object = {}) => {
    const container: ContainerSpec = { name: 'c', volumeMounts: [{ name: volume.name, mountPath: '/data', ...more }] }
    return mountsOf(container, options)[0]?.source ?? ''
  }
  return { outside, mount, volumeDirectory: join(directory, 'volumes', volume.name), host: join(nodeDirectory, 'host') }
}

test('a link that a container left in its volume leads nowhere, and nothing is made behind it', t => {
  const { outside, mount, volumeDirectory } = world(t, { name: 'scratch', emptyDir: {} })
  assert.ok(existsSync(mount({ subPath: 'a/b' })))
  symlinkSync(outside, join(volumeDirectory, 'link'))
  for (const subPath of ['link', 'link/deeper', '../outside', 'a/../../../outside']) {
    assert.throws(() => mount({ subPath }), /leads out of its volume/, subPath)
  }
  assert.equal(existsSync(join(outside, 'deeper')), false)
})

test('a hostPath stays below the folder that stands for the disk of the node, whatever links lie there', t => {
  const { outside, mount, host } = world(t, { name: 'logs', hostPath: { path: '/var/log/link/deeper' } })
  mkdirSync(join(host, 'var/log'), { recursive: true })
  symlinkSync(outside, join(host, 'var/log/link'))
  assert.throws(() => mount(), /leads out of its volume by a link/)
  assert.equal(existsSync(join(outside, 'deeper')), false)
  rmSync(join(host, 'var/log/link'))
  assert.equal(mount(), join(host, 'var/log/link/deeper'))
})
