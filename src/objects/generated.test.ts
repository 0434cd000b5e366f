import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { generate, textOf } from '../../scripts/generate-schemas.ts'
import { kinds } from './registry.ts'
import { definitions, schemaAt, schemaOf } from './schema.ts'

test('the generated files are what the packages say today; else run scripts/generate-schemas.ts', async () => {
  const { schemas, descriptions } = textOf(await generate())
  const folder = new URL('./generated/', import.meta.url)
  assert.ok(schemas === readFileSync(new URL('schemas.json', folder), 'utf8'), 'schemas.json is stale')
  assert.ok(descriptions === readFileSync(new URL('descriptions.json', folder), 'utf8'), 'descriptions.json is stale')
})

test('every reference leads to a definition', () => {
  for (const [, name = ''] of JSON.stringify(definitions).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    assert.ok(Object.hasOwn(definitions, name), name)
  }
})

test('every kind has metadata and its group, version and kind', () => {
  for (const { schema, group, version, kind } of kinds) {
    assert.ok(schemaAt(schemaOf(schema), ['metadata', 'labels']), kind)
    assert.deepEqual(schemaOf(schema)['x-kubernetes-group-version-kind'], [{ group, kind, version }])
  }
})

test('lists merge as upstream says', () => {
  const pod = schemaOf('io.k8s.api.core.v1.PodSpec')
  const ports = schemaAt(pod, ['containers', 0, 'ports'])
  assert.deepEqual(ports?.['x-kubernetes-list-map-keys'], ['containerPort', 'protocol'])
  assert.equal(ports?.['x-kubernetes-patch-merge-key'], 'containerPort')
  assert.equal(schemaAt(pod, ['volumes'])?.['x-kubernetes-patch-strategy'], 'merge,retainKeys')
  assert.equal(schemaAt(pod, ['tolerations'])?.['x-kubernetes-list-type'], 'atomic')
  assert.equal(
    schemaAt(schemaOf('io.k8s.api.apps.v1.Deployment'), ['spec', 'selector'])?.['x-kubernetes-map-type'],
    'atomic',
  )
})

test('limits are recovered from the compiled validators', () => {
  const port = schemaOf('io.cilium.policy.api.PortProtocol').properties
  assert.equal(port?.endPort?.maximum, 65535)
  assert.ok(port?.port?.pattern?.includes('6553[0-5]'))
  assert.deepEqual(port?.protocol?.enum?.includes('SCTP'), true)
  assert.equal(schemaOf('io.cilium.policy.api.FQDNSelector').properties?.matchName?.maxLength, 255)
  assert.equal(schemaOf('io.k8s.api.core.v1.ContainerPort').properties?.containerPort?.format, 'int32')
  assert.equal(schemaAt(schemaOf('io.k8s.networking.gateway.v1.HTTPRoute'), ['spec', 'hostnames'])?.maxItems, 16)
})
