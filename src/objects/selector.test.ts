import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { matchesFields, matchesLabels, matchesMap, parseFieldSelector, parseLabelSelector } from './selector.ts'

const labels = { app: 'web', tier: 'front', size: '5' }

function picks(text: string, of: Readonly<Record<string, string>> = labels): boolean {
  const parsed = parseLabelSelector(text)
  assert.equal(parsed.kind, 'parsed', text)
  return parsed.kind === 'parsed' && parsed.value.matches(of)
}

test('an absent selector picks nothing and an empty one everything', () => {
  assert.equal(matchesLabels(undefined, labels), false)
  assert.equal(matchesLabels({}, labels), true)
  assert.equal(matchesLabels({}, undefined), true)
  assert.equal(matchesMap({}, labels), false)
  assert.equal(matchesMap(undefined, labels), false)
  assert.equal(matchesMap({ app: 'web' }, labels), true)
})

test('the four operators of matchExpressions', () => {
  const holds = (operator: string, key: string, values: string[] = []) =>
    matchesLabels({ matchExpressions: [{ key, operator, values }] }, labels)
  assert.equal(holds('In', 'app', ['db', 'web']), true)
  assert.equal(holds('In', 'zone', ['a']), false)
  assert.equal(holds('NotIn', 'app', ['db']), true)
  assert.equal(holds('NotIn', 'zone', ['a']), true, 'a label that is absent is not in the list')
  assert.equal(holds('Exists', 'tier'), true)
  assert.equal(holds('DoesNotExist', 'tier'), false)
  assert.equal(holds('exists', 'tier'), false, 'a misspelt operator opens nothing')
  assert.equal(holds('DoesNotExist', 'toString'), true, 'inherited properties are no labels')
})

test('query texts pick as kubectl -l does', () => {
  const yes = [
    '',
    'app=web',
    'app==web',
    'app != db',
    'app',
    '!zone',
    'app in (db, web)',
    'tier notin (back)',
    'size>4,size<6',
    'app=web,',
    'zone!=a',
  ]
  const no = ['app=db', '!app', 'zone', 'app in (db)', 'tier notin (front)', 'size>5', 'zone>1', 'app=web,tier=back']
  for (const text of yes) assert.equal(picks(text), true, text)
  for (const text of no) assert.equal(picks(text), false, text)
  assert.equal(picks('app='), false)
  assert.equal(picks('app=', { app: '' }), true)
  assert.equal(picks('example.com/app in (web)', { 'example.com/app': 'web' }), true)
})

test('query texts that are no selectors are refused with the reason', () => {
  for (const text of [
    '=web',
    'app=we b',
    'a b',
    'app in web',
    'app in (web',
    'size>x',
    '/app',
    'a/b/c',
    'app=-',
    ',',
  ]) {
    assert.equal(parseLabelSelector(text).kind, 'refused', text)
  }
})

test('what a selector says in either form picks the same', () => {
  const key = fc.constantFrom('app', 'tier', 'zone')
  const value = fc.constantFrom('web', 'front', 'x')
  const requirement = fc.oneof(
    fc.record({
      key,
      operator: fc.constantFrom('In', 'NotIn'),
      values: fc.array(value, { minLength: 1, maxLength: 2 }),
    }),
    fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
  )
  fc.assert(
    fc.property(fc.array(requirement, { maxLength: 3 }), fc.dictionary(key, value), (matchExpressions, of) => {
      const texts = matchExpressions.map(one => {
        if (one.operator === 'Exists') return one.key
        if (one.operator === 'DoesNotExist') return `!${one.key}`
        const values = 'values' in one ? one.values : []
        return `${one.key} ${one.operator.toLowerCase()} (${values.join(',')})`
      })
      assert.equal(picks(texts.join(','), of), matchesLabels({ matchExpressions }, of))
    }),
  )
})

test('parsing ends on any text', () => {
  fc.assert(
    fc.property(fc.string(), text => {
      parseLabelSelector(text)
      parseFieldSelector(text)
    }),
  )
})

test('field selectors compare whole values', () => {
  const parsed = parseFieldSelector('metadata.name=web,status.phase!=Running,spec.type==a\\,b')
  assert.deepEqual(parsed, {
    kind: 'parsed',
    value: [
      { field: 'metadata.name', equal: true, value: 'web' },
      { field: 'status.phase', equal: false, value: 'Running' },
      { field: 'spec.type', equal: true, value: 'a,b' },
    ],
  })
  assert.ok(parsed.kind === 'parsed')
  assert.equal(
    matchesFields(parsed.value, { 'metadata.name': 'web', 'status.phase': 'Failed', 'spec.type': 'a,b' }),
    true,
  )
  assert.equal(
    matchesFields(parsed.value, { 'metadata.name': 'web', 'status.phase': 'Running', 'spec.type': 'a,b' }),
    false,
  )
  assert.equal(parseFieldSelector('metadata.name').kind, 'refused')
})
