// Whatever decoding lets through, no rule throws on it: `fairway up` asks the rules before it starts anything.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeManifests } from '../../objects/decode.ts'
import { inventory } from './check.testing.ts'
import { check } from './check.ts'
import { takeInventory } from './inventory.ts'

const scenarios = join(import.meta.dirname, '../../../scenarios')
const files = readdirSync(scenarios, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.yaml') && !file.startsWith('five'))
  .sort()
  .map(file => ({ file, text: readFileSync(join(scenarios, file), 'utf8') }))
const decoded = decodeManifests(files)
const documents = [...decoded.objects, ...decoded.skipped].map(({ object }) => JSON.stringify(object))

const odd = fc.oneof(
  fc.constant(null),
  fc.constant(undefined),
  fc.constant([]),
  fc.constant([null]),
  fc.constant({}),
  fc.constant(''),
  fc.constantFrom('x', '*', '192.168.1.1', '0', '__proto__'),
  fc.integer({ min: -1, max: 70_000 }),
)

/** Puts an odd value somewhere into the object. */
function damage(value: unknown, { way, what }: { readonly way: readonly number[]; readonly what: unknown }): unknown {
  if (typeof value !== 'object' || value === null || way.length === 0) return what
  const keys = Object.keys(value)
  if (keys.length === 0) return what
  const key = keys[(way[0] ?? 0) % keys.length] ?? ''
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
  copy[key] = damage(copy[key], { way: way.slice(1), what })
  return copy
}

test('no rule throws on objects with odd parts', () => {
  const injury = fc.record({
    document: fc.nat(documents.length - 1),
    way: fc.array(fc.nat(20), { minLength: 1, maxLength: 9 }),
    what: odd,
  })
  const site = inventory([], { site: { ingress: [{ class: 'web' }] } }).site
  fc.assert(
    fc.property(fc.array(injury, { minLength: 1, maxLength: 12 }), injuries => {
      const text = injuries.map(({ document, ...how }) =>
        JSON.stringify(damage(JSON.parse(documents[document] ?? ''), how)),
      )
      const { objects, skipped } = decodeManifests(
        text.map((part, index) => ({ file: `${index}.yaml`, text: part ?? '' })),
      )
      for (const given of [site, undefined]) {
        const found = check(takeInventory({ site: given, objects, foreign: skipped.map(({ object }) => object) }))
        assert.ok(
          found.every(({ message }) => !message.includes('undefined')),
          found.map(({ message }) => message).join('\n'),
        )
      }
    }),
    { numRuns: 400 },
  )
})
