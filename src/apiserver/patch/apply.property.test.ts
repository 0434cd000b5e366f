// Laws of server-side apply, for any configuration.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sameJson } from '../../objects/same.ts'
import { applyConfiguration } from './apply.ts'
import { deployment, deploymentSchema as schema, type TestObject, withContainers } from './patch.testing.ts'

const labels = fc.dictionary(fc.constantFrom('app', 'tier', 'team'), fc.constantFrom('x', 'y'))
const container = fc.record(
  {
    name: fc.constantFrom('a', 'b', 'c'),
    image: fc.constantFrom('one', 'two'),
    args: fc.array(fc.constantFrom('p', 'q'), { maxLength: 2 }),
    env: fc.uniqueArray(fc.record({ name: fc.constantFrom('X', 'Y'), value: fc.string() }), {
      selector: entry => entry.name,
    }),
    ports: fc.uniqueArray(fc.record({ containerPort: fc.constantFrom(80, 81) }), {
      selector: port => port.containerPort,
    }),
  },
  { requiredKeys: ['name'] },
)
const configuration = fc
  .record({
    labels,
    spec: fc.record({ replicas: fc.nat(3), paused: fc.boolean() }, { requiredKeys: [] }),
    containers: fc.uniqueArray(container, { selector: entry => entry.name }),
  })
  .map(({ labels, spec, containers }) => deployment({ ...spec, ...withContainers(...containers) }, { labels }))

function apply(live: TestObject | undefined, applied: TestObject, manager: string, now = 0): TestObject {
  return applyConfiguration({ live, applied, manager, force: true, now, schema, hasStatus: true })
}

test('applying the same configuration again is a no-op, whatever others did before', () => {
  fc.assert(
    fc.property(configuration, configuration, (theirs, ours) => {
      const once = apply(apply(undefined, theirs, 'b'), ours, 'a')
      assert.equal(apply(once, ours, 'a', 60_000), once)
    }),
  )
})

test('the only applier gets exactly what it applied last', () => {
  fc.assert(
    fc.property(configuration, configuration, (first, second) => {
      const fresh = apply(undefined, second, 'a')
      const result = apply(apply(undefined, first, 'a'), second, 'a')
      const said = ({ metadata, spec }: TestObject) =>
        JSON.parse(JSON.stringify({ labels: metadata.labels, spec }), dropEmpty)
      assert.ok(sameJson(said(result), said(fresh)), JSON.stringify([result, fresh]))
    }),
  )
})

/** An emptied container may be left out or stay empty: both say the same. */
function dropEmpty(_key: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

test('a manager that applies nothing any more leaves the object of the other as it was', () => {
  fc.assert(
    fc.property(configuration, configuration, (theirs, ours) => {
      const alone = apply(undefined, theirs, 'b')
      const both = applyConfiguration({
        live: alone,
        applied: withoutConflict(ours, theirs),
        manager: 'a',
        force: true,
        now: 0,
        schema,
      })
      const left = apply(both, deployment({}), 'a')
      const spec = (object: TestObject) => JSON.parse(JSON.stringify(object.spec ?? {}), dropEmpty)
      assert.ok(sameJson(spec(left), spec(alone)), JSON.stringify([left.spec, alone.spec, both.spec]))
    }),
  )
})

/** Only what the other does not set, so that nothing is taken from it. */
function withoutConflict(ours: TestObject, theirs: TestObject): TestObject {
  const spec = Object.fromEntries(
    Object.entries(ours.spec ?? {}).filter(([key]) => key !== 'template' && !(key in (theirs.spec ?? {}))),
  )
  return deployment(spec)
}
