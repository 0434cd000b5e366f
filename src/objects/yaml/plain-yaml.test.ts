import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { stringify } from 'yaml'
import { readFullYaml } from './full-yaml.ts'
import { readPlainYaml } from './plain-yaml.ts'

/** What the fast reader accepts must be what the full parser reads. */
function assertSame(text: string): void {
  const plain = readPlainYaml(text)
  if (plain.kind === 'declined') return
  const full = readFullYaml(text)
  assert.deepEqual(full.mistakes, [], `the full parser refuses what the fast reader accepts:\n${text}`)
  assert.deepEqual(plain.value, full.value, text)
}

const name = fc.stringMatching(/^[a-z][a-z0-9.\-/]{0,8}$/)
const scalar = fc.oneof(
  name,
  fc.string({ maxLength: 12 }),
  fc.constantFrom(
    'yes',
    'off',
    '0644',
    '1e3',
    '12:30',
    'a: b',
    '#x',
    '- x',
    '',
    ' x',
    '1_000',
    '0x1f',
    '~',
    "it's",
    'a\nb\n',
  ),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
)
const tree = fc.letrec<{ node: unknown }>(tie => ({
  node: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(name, tie('node'), { maxKeys: 4 }),
  ),
})).node

test('what the yaml package writes reads the same both ways', () => {
  const indents = fc.constantFrom(2, 4)
  fc.assert(
    fc.property(tree, indents, fc.boolean(), (value, indent, indentSeq) => {
      assertSame(stringify({ value }, { indent, indentSeq, version: '1.1' }))
      assertSame(JSON.stringify({ value }, null, indent))
    }),
    { numRuns: 300 },
  )
})

test('lines thrown together read the same both ways or are declined', () => {
  const piece = fc.constantFrom(
    'a:', 'a: b', 'b: c # d', '- x', '- a: b', '-', '- - x', 'a: |', 'a: |-', 'text', 'a: "x"', "a: 'it''s'", 'a: [x, y]',
    'a: {b: c}', '# note', '', 'a: {}', 'a: "b', '"q": r', 'a: b: c', '? k', 'a: &x y', 'a: *x', 'key with space: v', 'a: -1', 'a: - 1',
    'a:b', 'a: x #y', 'a: x# y', '-x', 'a: {b: [1, "2"]}', 'a: "\\u0041\\n"', 'a: "\\x41"', '<<: {}', 'a: @x', '   ', 'a : b', 'a: [', 'c: >',
  ) // biome-ignore format: one list of lines
  const line = fc.tuple(fc.integer({ min: 0, max: 4 }), piece).map(([indent, text]) => ' '.repeat(indent) + text)
  const text = fc.array(line, { maxLength: 6 }).map(lines => `${lines.join('\n')}\n`)
  fc.assert(fc.property(text, assertSame), { numRuns: 3000 })
})

test('an ordinary manifest is read by the fast reader', () => {
  const manifest = `# the shop
apiVersion: v1
kind: ConfigMap
metadata:
  name: shop   # its name
  labels: {app: shop, "tier": web}
data:
  size: "12"
  list:
  - a
  -   b: 1
      c: [x, "y z"]
  settings: |
    [log]

    level = info
  end: true
`
  assert.deepEqual(readPlainYaml(manifest), {
    kind: 'value',
    value: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'shop', labels: { app: 'shop', tier: 'web' } },
      data: { size: '12', list: ['a', { b: 1, c: ['x', 'y z'] }], settings: '[log]\n\nlevel = info\n', end: true },
    },
  })
})

test('anchors, tags, tabs, folded texts and repeated keys are left to the full parser', () => {
  for (const text of ['a: &x 1\nb: *x\n', 'a: !!str 1\n', 'a:\tb\n', 'a: >\n  b\n', 'a: 1\na: 2\n', 'a: b\n  c\n']) {
    assert.equal(readPlainYaml(text).kind, 'declined', text)
  }
})
