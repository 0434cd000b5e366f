// Kinds of the users' own, registered while the lab runs.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { documents, startLab, type TestLab } from './lab.testing.ts'

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
        subresources: { status: {}, scale: { specReplicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
        additionalPrinterColumns: [
          { name: 'Size', type: 'integer', jsonPath: '.spec.size' },
          { name: 'Color', type: 'string', jsonPath: '.spec.color' },
          { name: 'Note', type: 'string', jsonPath: '.spec.note', priority: 1 },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['size'],
                properties: {
                  size: { type: 'integer', minimum: 1, maximum: 10, description: 'How big it is.' },
                  color: { type: 'string', enum: ['red', 'green'], default: 'red' },
                  note: { type: 'string', pattern: '^[a-z]*$' },
                },
                'x-kubernetes-validations': [{ rule: 'self.size < 9', message: 'too big' }],
              },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
}

const widget = (name: string, spec: object, metadata = {}) => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name, ...metadata },
  spec,
})

let lab: TestLab
before(async () => {
  lab = await startLab('custom')
})
after(() => lab[Symbol.asyncDispose]())

test('a kind is there as soon as it is registered, and its rules hold', async () => {
  const { stdout, stderr } = await lab.kubectlWith(documents(definition), 'apply', '-f', '-')
  assert.equal(stdout, 'customresourcedefinition.apiextensions.k8s.io/widgets.example.com created\n')
  // A rule that nobody evaluates must not look as if it held.
  assert.match(stderr, /^Warning: .*x-kubernetes-validations are kept but not evaluated here; the first is at spec$/m)
  await lab.ok('wait', '--for=condition=Established', 'crd/widgets.example.com', '--timeout=5s')
  assert.equal(await lab.apply(widget('small', { size: 3 })), 'widget.example.com/small created\n')
  const refused = await lab.kubectlWith(
    documents(widget('big', { size: 30, color: 'blue', note: 'X9' })),
    'apply',
    '-f',
    '-',
  )
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /spec\.size: Invalid value: 30: spec\.size in body should be less than or equal to 10/)
  assert.match(refused.stderr, /spec\.color: Unsupported value: "blue": supported values: "red", "green"/)
  assert.match(refused.stderr, /spec\.note: Invalid value: "X9"/)
  const empty = await lab.kubectlWith(documents(widget('empty', {})), 'apply', '-f', '-')
  assert.match(empty.stderr, /spec\.size: Required value/)
  const odd = await lab.kubectlWith(documents(widget('odd', { size: 1, sise: 2 })), 'apply', '-f', '-')
  assert.match(odd.stderr, /unknown field "spec\.sise"/)
})

test('its objects are printed, scaled, explained and described like any other', async () => {
  await lab.apply(widget('green', { size: 2, color: 'green', note: 'hey' }))
  assert.match(await lab.ok('get', 'wd'), /^NAME +SIZE +COLOR +AGE\ngreen +2 +green +\d+s\nsmall +3 +red +\d+s\n$/)
  assert.match(await lab.ok('get', 'widgets', '-o', 'wide'), /^NAME +SIZE +COLOR +NOTE +AGE\ngreen +2 +green +hey /)
  assert.match(await lab.ok('get', 'all'), /^widget\.example\.com\/green /m)
  await lab.ok('scale', 'wd', 'green', '--replicas=5')
  await lab.ok('patch', 'wd', 'green', '--subresource=status', '--type=merge', '-p', '{"status":{"size":4}}')
  assert.equal(
    await lab.ok('get', 'wd', 'green', '-o', 'jsonpath={.spec.size} {.status.size} {.metadata.generation}'),
    '5 4 2',
  )
  assert.match(await lab.ok('explain', 'wd.spec'), /^ {2}size\t<integer> -required-\n +How big it is\.$/m)
  assert.match(await lab.ok('describe', 'wd', 'green'), /^Spec:\n {2}Color: +green\n/m)
  assert.match(
    await lab.ok('api-resources', '--api-group=example.com'),
    /^widgets +wd +example\.com\/v1 +true +Widget$/m,
  )
})

test('its objects own others, and are watched', async () => {
  await using watching = lab.start('kubectl', 'get', 'wd', '-w')
  await lab.eventually(async () => assert.match(watching.output(), /green/))
  const uid = await lab.ok('get', 'wd', 'small', '-o', 'jsonpath={.metadata.uid}')
  const owner = { apiVersion: 'example.com/v1', kind: 'Widget', name: 'small', uid }
  await lab.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'owned', ownerReferences: [owner] } })
  await lab.ok('patch', 'wd', 'small', '--type=merge', '-p', '{"spec":{"size":7}}')
  await lab.eventually(async () => assert.match(watching.output(), /^small +7 /m))
  await lab.ok('delete', 'wd', 'small')
  await lab.eventually(async () => assert.match((await lab.kubectl('get', 'cm', 'owned')).stderr, /NotFound/))
})

test('with the definition go its objects and the kind', async () => {
  await lab.ok('patch', 'wd', 'green', '--type=merge', '-p', '{"metadata":{"finalizers":["example.com/hold"]}}')
  await lab.ok('delete', 'crd', 'widgets.example.com', '--wait=false')
  assert.match(await lab.ok('get', 'wd', 'green', '-o', 'jsonpath={.metadata.deletionTimestamp}'), /^\d{4}-/)
  await lab.ok('patch', 'wd', 'green', '--type=merge', '-p', '{"metadata":{"finalizers":null}}')
  await lab.ok('wait', '--for=delete', 'crd/widgets.example.com', '--timeout=10s')
  await lab.eventually(async () => assert.doesNotMatch(await lab.ok('api-resources'), /widgets/))
  assert.equal((await lab.kubectl('get', 'wd')).code, 1)
})
