// CustomResourceDefinitions made at run time: served at once, checked, defaulted, printed, and gone with their objects.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { startCluster, type TestCluster } from './cluster.testing.ts'

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', singular: 'widget', kind: 'Widget', shortNames: ['wd'], categories: ['all'] },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
        },
        additionalPrinterColumns: [
          { name: 'Size', type: 'string', jsonPath: '.spec.size' },
          { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
        ],
        selectableFields: [{ jsonPath: '.spec.size' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'string', enum: ['small', 'large'], description: 'How large the widget is.' },
                  replicas: { type: 'integer', default: 3, minimum: 0 },
                },
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
      {
        name: 'v1beta1',
        served: true,
        storage: false,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}

const widget = (name: string, spec: object) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name },
  spec,
})

async function apply(cluster: TestCluster, manifest: object, ...args: readonly string[]) {
  return cluster.kubectlWith(JSON.stringify(manifest), 'apply', '-f', '-', ...args)
}

test('a definition is established when its creation is answered, and its objects are real', async () => {
  await using cluster = await startCluster()
  assert.equal((await apply(cluster, definition)).code, 0)
  assert.equal(
    (await cluster.kubectl('wait', '--for=condition=Established', 'crd/widgets.example.com', '--timeout=1s')).code,
    0,
  )

  assert.equal((await apply(cluster, widget('a', { size: 'small' }))).code, 0)
  assert.equal(
    (await cluster.kubectl('get', 'wd', 'a', '-o', 'jsonpath={.spec.replicas} {.metadata.generation}')).stdout,
    '3 1',
  )
  assert.match((await apply(cluster, widget('b', { size: 'huge' }))).stderr, /spec\.size: Unsupported value: "huge"/)
  assert.match(
    (await apply(cluster, widget('b', { size: 'small', replicas: -1 }))).stderr,
    /spec\.replicas: Invalid value: -1/,
  )
  assert.match((await apply(cluster, widget('b', {}))).stderr, /spec\.size: Required value/)
  assert.match((await apply(cluster, widget('b', { size: 'small', odd: 1 }))).stderr, /unknown field "spec\.odd"/)

  const status = '{"status":{"conditions":[{"type":"Ready","status":"True"}]}}'
  await cluster.kubectl('patch', 'wd', 'a', '--subresource=status', '--type=merge', '-p', status)
  assert.match((await cluster.kubectl('get', 'wd')).stdout, /^NAME +SIZE +READY\na +small +True\n$/)
  assert.equal((await cluster.kubectl('scale', 'wd/a', '--replicas=5')).code, 0)
  assert.equal((await cluster.kubectl('get', 'wd', '--field-selector=spec.size=large', '-o', 'name')).stdout, '')
  assert.equal(
    (await cluster.kubectl('get', 'wd', '--field-selector=spec.size=small', '-o', 'name')).stdout,
    'widget.example.com/a\n',
  )
  assert.match(
    (await cluster.kubectl('get', 'widgets.v1beta1.example.com', 'a', '-o', 'yaml')).stdout,
    /apiVersion: example.com\/v1beta1[\s\S]*replicas: 5/,
  )
  assert.match((await cluster.kubectl('explain', 'wd.spec.size')).stdout, /How large the widget is/)
  assert.match((await cluster.kubectl('get', 'all')).stdout, /widget\.example\.com\/a/)
})

test('a custom resource must name the version it replaces, and takes no strategic patch', async () => {
  await using cluster = await startCluster()
  await apply(cluster, definition)
  await apply(cluster, widget('a', { size: 'small' }))
  const strategic = await cluster.kubectl('patch', 'wd', 'a', '-p', '{"spec":{"size":"large"}}')
  assert.match(strategic.stderr, /strategic-merge-patch\+json is not supported/)
  const replaced = await cluster.kubectlWith(
    JSON.stringify(widget('a', { size: 'large' })),
    'replace',
    '--raw',
    '/apis/example.com/v1/namespaces/default/widgets/a',
    '-f',
    '-',
  )
  assert.match(replaced.stderr, /metadata\.resourceVersion: Invalid value: 0x0: must be specified for an update/)
})

test('server-side apply knows the schema', async () => {
  await using cluster = await startCluster()
  await apply(cluster, definition)
  assert.equal((await apply(cluster, widget('a', { size: 'small' }), '--server-side', '--field-manager=one')).code, 0)
  const conflict = await apply(cluster, widget('a', { size: 'large' }), '--server-side', '--field-manager=two')
  assert.match(conflict.stderr, /conflict with "one"/)
})

test('a definition that goes takes its objects along, as soon as nothing holds them', async () => {
  await using cluster = await startCluster()
  await apply(cluster, definition)
  await apply(cluster, {
    ...widget('held', { size: 'small' }),
    metadata: { name: 'held', finalizers: ['example.com/hold'] },
  })
  await apply(cluster, widget('loose', { size: 'small' }))
  assert.equal((await cluster.kubectl('delete', 'crd', 'widgets.example.com', '--wait=false')).code, 0)
  assert.equal((await cluster.kubectl('get', 'wd', '-o', 'name')).stdout, 'widget.example.com/held\n')
  await cluster.kubectl('patch', 'wd', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":[]}}')
  assert.match((await cluster.kubectl('get', 'crd', 'widgets.example.com')).stderr, /not found/)
  assert.equal((await cluster.kubectl('get', 'wd')).code, 1)
})

test('a second definition of the same names in a group is not accepted', async () => {
  await using cluster = await startCluster()
  await apply(cluster, definition)
  const spec = {
    ...definition.spec,
    names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', shortNames: ['wd'] },
  }
  await apply(cluster, { ...definition, metadata: { name: 'gadgets.example.com' }, spec })
  const status = await cluster.kubectl(
    'get',
    'crd',
    'gadgets.example.com',
    '-o',
    'jsonpath={.status.conditions[*].status} {.status.conditions[0].reason}',
  )
  assert.equal(status.stdout, 'False False ShortNamesConflict')
})

test('the kinds of Cilium, cert-manager and Gateway API show as definitions, and cannot be deleted', async () => {
  await using cluster = await startCluster()
  const { stdout } = await cluster.kubectl('get', 'crd', '-o', 'name')
  assert.match(stdout, /ciliumloadbalancerippools\.cilium\.io/)
  assert.match(stdout, /httproutes\.gateway\.networking\.k8s\.io/)
  assert.match((await cluster.kubectl('delete', 'crd', 'certificates.cert-manager.io')).stderr, /built into the server/)
})

test('definitions and their objects are there after a restart', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'fairway-crd-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const database = join(directory, 'objects.db')
  {
    await using cluster = await startCluster({ database })
    await apply(cluster, definition)
    await apply(cluster, widget('a', { size: 'small' }))
  }
  await using cluster = await startCluster({ database })
  assert.equal((await cluster.kubectl('get', 'wd', '-o', 'name')).stdout, 'widget.example.com/a\n')
})
