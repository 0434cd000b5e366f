import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../../objects/api-error.ts'
import { applyConfiguration } from './apply.ts'
import { deployment, deploymentSchema as schema, type TestObject, withContainers } from './patch.testing.ts'
import { updateManagedFields } from './update.ts'

const t0 = Date.UTC(2026, 0, 1)
const minute = 60_000

interface Request {
  readonly manager?: string
  readonly force?: boolean
  readonly at?: number
  readonly subresource?: string
}

function apply(
  live: TestObject | undefined,
  applied: TestObject,
  { manager = 'a', force = false, at = t0, subresource }: Request = {},
) {
  return applyConfiguration({ live, applied, manager, force, now: at, schema, hasStatus: true, subresource })
}

function update(
  before: TestObject | undefined,
  after: TestObject,
  { manager = 'u', at = t0, subresource }: Request = {},
) {
  return updateManagedFields({ before, after, manager, now: at, schema, hasStatus: true, subresource })
}

function fieldsOf(object: TestObject, manager: string, operation = 'Apply'): unknown {
  return object.metadata.managedFields?.find(entry => entry.manager === manager && entry.operation === operation)
    ?.fieldsV1
}

function edit(object: TestObject, spec: object): TestObject {
  return { ...object, spec: { ...object.spec, ...spec } }
}

test('the first apply owns what it says, in the notation of FieldsV1', () => {
  const applied = deployment(
    {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      ...withContainers({ name: 'web', image: 'nginx', ports: [{ containerPort: 80 }] }),
    },
    { labels: { app: 'web' }, finalizers: ['x/y'] },
  )
  const object = apply(undefined, applied)
  assert.deepEqual(object.metadata.managedFields, [
    {
      manager: 'a',
      operation: 'Apply',
      apiVersion: 'apps/v1',
      time: '2026-01-01T00:00:00Z',
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:finalizers': { 'v:"x/y"': {} }, 'f:labels': { 'f:app': {} } },
        'f:spec': {
          'f:replicas': {},
          'f:selector': {},
          'f:template': {
            'f:spec': {
              'f:containers': {
                'k:{"name":"web"}': {
                  '.': {},
                  'f:image': {},
                  'f:name': {},
                  'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } },
                },
              },
            },
          },
        },
      },
    },
  ])
})

test('applying the same again later returns the very same object', () => {
  const applied = deployment({ replicas: 2, paused: null })
  const object = apply(undefined, applied)
  assert.equal(apply(object, applied, { at: t0 + minute }), object)
})

test('a field that another manager changed conflicts, and the error names manager, version, time and field', () => {
  const applied = deployment({ replicas: 2 })
  const scaled = update(apply(undefined, applied), edit(applied, { replicas: 5 }), {
    manager: 'kubectl-client-side-apply',
  })
  assert.throws(
    () => apply(scaled, applied),
    (error: unknown) => {
      assert.ok(error instanceof ApiError)
      assert.equal(error.code, 409)
      const manager = 'conflict with "kubectl-client-side-apply" using apps/v1 at 2026-01-01T00:00:00Z'
      assert.equal(error.message, `Apply failed with 1 conflict: ${manager}: .spec.replicas`)
      assert.deepEqual(error.details?.causes, [
        { reason: 'FieldManagerConflict', message: manager, field: '.spec.replicas' },
      ])
      return true
    },
  )
})

test('several conflicts are listed per manager, with the keys of list entries', () => {
  const image = (image: string) => deployment({ replicas: 2, ...withContainers({ name: 'web', image }) })
  const owned = apply(undefined, image('one'), { manager: 'b' })
  assert.throws(() => apply(owned, deployment({ replicas: 3, ...withContainers({ name: 'web', image: 'two' }) })), {
    message:
      'Apply failed with 2 conflicts: conflicts with "b":\n- .spec.replicas\n- .spec.template.spec.containers[name="web"].image',
  })
})

test('force takes the field over from its owner', () => {
  const owned = apply(undefined, deployment({ replicas: 2, paused: true }), { manager: 'b' })
  const forced = apply(owned, deployment({ replicas: 3 }), { force: true })
  assert.equal(forced.spec?.replicas, 3)
  assert.deepEqual(fieldsOf(forced, 'b'), { 'f:spec': { 'f:paused': {} } })
  assert.deepEqual(fieldsOf(forced, 'a'), { 'f:spec': { 'f:replicas': {} } })
})

test('equal values are owned together, and stay until the last owner lets go', () => {
  const both = apply(
    apply(undefined, deployment({ replicas: 2 }), { manager: 'b' }),
    deployment({ replicas: 2, paused: true }),
  )
  const one = apply(both, deployment({ paused: true }))
  assert.equal(one.spec?.replicas, 2)
  assert.equal(fieldsOf(one, 'b') !== undefined, true)
  const none = apply(one, deployment({}), { manager: 'b' })
  assert.deepEqual(none.spec, { paused: true })
})

test('what is no longer applied goes, with its list entry, and what others set in free maps stays', () => {
  const labels = (labels: object, spec: object = {}) => deployment({ ...spec }, { labels })
  const first = apply(
    undefined,
    labels({ app: 'web', tier: 'front' }, withContainers({ name: 'web', image: 'x' }, { name: 'side', image: 'y' })),
  )
  const labelled = update(first, {
    ...first,
    metadata: { ...first.metadata, labels: { ...first.metadata.labels, team: 'blue' } },
  })
  const second = apply(labelled, labels({ app: 'web' }, withContainers({ name: 'web', image: 'x' })))
  assert.deepEqual(second.metadata.labels, { app: 'web', team: 'blue' })
  assert.deepEqual(second.spec, withContainers({ name: 'web', image: 'x' }))
})

test('a default inside an applied list entry is not removed by applying again', () => {
  const applied = deployment(withContainers({ name: 'web', image: 'x' }))
  const defaulted = edit(
    apply(undefined, applied),
    withContainers({ name: 'web', image: 'x', imagePullPolicy: 'Always' }),
  )
  const changed = apply(defaulted, deployment(withContainers({ name: 'web', image: 'z' })))
  assert.deepEqual(changed.spec, withContainers({ name: 'web', image: 'z', imagePullPolicy: 'Always' }))
})

test('entries of others keep their place beside the applied ones', () => {
  const live = apply(undefined, deployment(withContainers({ name: 'a' }, { name: 'b' }, { name: 'c' })), {
    manager: 'b',
  })
  const merged = apply(
    live,
    deployment(withContainers({ name: 'c', image: '3' }, { name: 'new' }, { name: 'a', image: '1' })),
  )
  assert.deepEqual(
    merged.spec,
    withContainers({ name: 'b' }, { name: 'c', image: '3' }, { name: 'new' }, { name: 'a', image: '1' }),
  )
})

test('an object from before ownership was tracked is not wiped by its first apply', () => {
  const legacy = deployment({ replicas: 4, paused: true })
  assert.throws(() => apply(legacy, deployment({ replicas: 1 })), /conflict with "before-first-apply" using apps\/v1/)
  const applied = apply(legacy, deployment({ replicas: 4 }))
  assert.deepEqual(applied.spec, { replicas: 4, paused: true })
})

test('kubectl takes over without conflict what its client-side apply set last', () => {
  const annotations = {
    'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(deployment({ replicas: 2 })),
  }
  const live = update(undefined, deployment({ replicas: 2, paused: true }, { annotations }), {
    manager: 'kubectl-client-side-apply',
  })
  const taken = apply(live, deployment({ replicas: 3 }), { manager: 'kubectl' })
  assert.equal(taken.spec?.replicas, 3)
  assert.match(taken.metadata.annotations?.['kubectl.kubernetes.io/last-applied-configuration'] ?? '', /"replicas":3/)
  assert.throws(() => apply(live, deployment({ paused: false }), { manager: 'kubectl' }), /1 conflict/)
  assert.throws(() => apply(live, deployment({ replicas: 3 }), { manager: 'other' }), /1 conflict/)
})

test('the status can only be applied through its subresource, with an entry of its own', () => {
  const withStatus = { ...deployment({ replicas: 1 }), status: { readyReplicas: 7 } }
  const created = apply(undefined, withStatus)
  assert.equal(created.status, undefined)
  const observed = apply(created, withStatus, { subresource: 'status' })
  assert.deepEqual(observed.status, { readyReplicas: 7 })
  const entry = observed.metadata.managedFields?.find(entry => entry.subresource === 'status')
  assert.deepEqual(entry?.fieldsV1, { 'f:status': { 'f:readyReplicas': {} } })
  assert.deepEqual(fieldsOf(observed, 'a'), { 'f:spec': { 'f:replicas': {} } })
})

test('a configuration that does not fit the schema is refused with the place', () => {
  const what = 'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): '
  const refused = (applied: TestObject, problem: string) => {
    assert.throws(() => apply(undefined, applied), { code: 400, message: what + problem })
  }
  refused(deployment({ replica: 1 }), '.spec.replica: field not declared in schema')
  refused(
    deployment(withContainers({ name: 'web' }, { name: 'web' })),
    '.spec.template.spec.containers: duplicate entries for key [name="web"]',
  )
  refused(
    deployment(withContainers({ image: 'x' })),
    '.spec.template.spec.containers: element 0: associative list with keys has an element that omits key field "name" (and doesn\'t have default value)',
  )
  assert.throws(() => apply(undefined, deployment({}, { managedFields: [{ manager: 'x' }] })), {
    code: 400,
    message: 'metadata.managedFields must be nil',
  })
})

test('a custom resource without list types has atomic lists and merged maps', () => {
  const request = { manager: 'a', force: false, now: t0, schema: undefined }
  const custom = (spec: object): TestObject => ({
    apiVersion: 'x/v1',
    kind: 'X',
    metadata: { name: 'x' },
    spec: { ...spec },
  })
  const created = applyConfiguration<TestObject>({
    ...request,
    live: undefined,
    applied: custom({ list: [{ name: 'a' }], map: { a: 1 } }),
  })
  assert.deepEqual(fieldsOf(created, 'a'), { 'f:spec': { '.': {}, 'f:list': {}, 'f:map': { '.': {}, 'f:a': {} } } })
  const shared = applyConfiguration<TestObject>({
    ...request,
    manager: 'b',
    live: created,
    applied: custom({ map: { b: 2 } }),
  })
  assert.deepEqual(shared.spec, { list: [{ name: 'a' }], map: { a: 1, b: 2 } })
})
