import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Diagnostic } from './diagnostic.ts'
import { type Format, formats, printDiagnostics } from './print.ts'

/** Out of order on purpose; with everything that a format could stumble over. */
const diagnostics: readonly Diagnostic[] = [
  {
    code: 'FW210',
    severity: 'warning',
    message: 'pool default-pool holds 192.168.1.100 (in 192.168.1.100/32), which belongs to node k8s-3',
    why: 'Two machines would answer for one address.',
    fix: 'remove this block',
    position: { file: 'pool.yaml', line: 7, column: 5 },
    object: 'CiliumLoadBalancerIPPool/default-pool',
  },
  {
    code: 'FW106',
    severity: 'error',
    message: 'unknown field "spec.<b>&\'%0A,::error::"',
    fix: 'write instead:\nspec:\n  replicas: 3',
    position: { file: 'apps/my web.yaml', line: 12, column: 3 },
  },
  {
    code: 'FW106',
    severity: 'error',
    message: 'an escape \u001b[31m in the file',
    position: { file: 'apps/my web.yaml', line: 2, column: 1 },
  },
  { code: 'FW301', severity: 'info', message: 'Service shop/web selects no pods', object: 'Service/shop/web' },
]

const goldens: readonly { readonly name: string; readonly format: Format; readonly color: boolean }[] = [
  { name: 'text.txt', format: 'text', color: false },
  { name: 'color.txt', format: 'text', color: true },
  { name: 'list.json', format: 'json', color: false },
  { name: 'log.sarif', format: 'sarif', color: false },
  { name: 'github.txt', format: 'github', color: false },
  { name: 'junit.xml', format: 'junit', color: false },
]

for (const { name, format, color } of goldens) {
  test(`${format}${color ? ' in colour' : ''} is what golden/${name} shows`, () => {
    const file = new URL(`golden/${name}`, import.meta.url)
    const text = printDiagnostics(diagnostics, { format, color })
    if (process.env.UPDATE === '1') writeFileSync(file, text)
    assert.equal(text, readFileSync(file, 'utf8'))
  })
}

const hostile = fc.string({ unit: 'binary', maxLength: 20 })

test('no text of a user can end a GitHub command or a line of text', () => {
  fc.assert(
    fc.property(hostile, hostile, (message, file) => {
      const one: Diagnostic = { code: 'FW100', severity: 'error', message, position: { file, line: 1, column: 1 } }
      for (const format of ['github', 'text'] as const) {
        assert.equal(printDiagnostics([one], { format, color: false }).split('\n').length, 2)
      }
      const text = printDiagnostics([one], { format: 'text', color: false }).trimEnd()
      assert.ok(
        [...text].every(character => character >= ' '),
        text,
      )
    }),
  )
})

test('JSON formats stay JSON, and XML has no character that XML forbids', () => {
  fc.assert(
    fc.property(hostile, message => {
      const one: Diagnostic = { code: 'FW100', severity: 'error', message }
      const list = JSON.parse(printDiagnostics([one], { format: 'json', color: false })) as {
        items: { message: string }[]
      }
      assert.equal(list.items[0]?.message, message)
      JSON.parse(printDiagnostics([one], { format: 'sarif', color: false }))
      const xml = printDiagnostics([one], { format: 'junit', color: false })
      assert.doesNotMatch(xml.replaceAll(/&(amp|lt|gt|quot|#9|#10|#13);/g, ''), /&/)
      assert.ok(
        [...xml].every(character => character >= ' ' || character === '\n'),
        xml,
      )
    }),
  )
})

test('a JUnit report has a passing test for each file without findings', () => {
  const files = ['b.yaml', 'apps/my web.yaml']
  const xml = printDiagnostics(diagnostics.slice(1, 2), { format: 'junit', color: false, files })
  assert.match(xml, /<testsuites name="fairway check" tests="2" failures="1">/)
  assert.match(
    xml,
    /<testsuite name="b\.yaml" tests="1" failures="0">\n {4}<testcase classname="fairway" name="no finding"\/>/,
  )
})

test('nothing found is nothing said, or an empty list', () => {
  const empty = Object.fromEntries(formats.map(format => [format, printDiagnostics([], { format, color: true })]))
  assert.equal(empty.text, '')
  assert.equal(empty.github, '')
  assert.deepEqual(JSON.parse(empty.json ?? ''), { apiVersion: 'fairway.dev/v1', kind: 'DiagnosticList', items: [] })
  assert.match(empty.junit ?? '', /tests="0" failures="0"/)
})
