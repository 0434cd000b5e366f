// Every code that `fairway check` prints has a rule or a reader, a scenario, and a page that tells the truth; UPDATE=1 rewrites them.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { rules } from '../../src/analysis/check/check.ts'
import type { Rule } from '../../src/analysis/check/rule.ts'
import { codes } from '../../src/diagnostics/codes.ts'
import {
  checkCodes,
  expectedOf,
  generatedPart,
  handWritten,
  notFromCheck,
  pageFiles,
  pages,
  scenarioOf,
  tableOfCodes,
} from './pages.testing.ts'
import { home, scenarios } from './scenarios.testing.ts'

const isUpdate = process.env.UPDATE === '1'

test('every code that check can print has a scenario, and prints it there', () => {
  const missing = checkCodes.filter(code => scenarioOf(code) === undefined)
  assert.deepEqual(missing, [])
  const strangers = scenarios.filter(({ code }) => !Object.hasOwn(codes, code)).map(({ name }) => name)
  assert.deepEqual(strangers, [])
})

test('codes that come from a running lab appear in no scenario', () => {
  const printed = new Set(scenarios.flatMap(scenario => expectedOf(scenario).match(/\bFW\d{3}(?= {2})/g) ?? []))
  assert.deepEqual(
    Object.keys(notFromCheck).filter(code => printed.has(code)),
    [],
  )
})

for (const code of checkCodes) {
  test(`docs/checks/${code}.md shows what is really printed, and how to fix it`, () => {
    const file = join(pages, `${code}.md`)
    const expected = generatedPart(code)
    const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const cut = text.indexOf(handWritten)
    const advice = cut < 0 ? handWritten : text.slice(cut)
    if (isUpdate) writeFileSync(file, expected + advice)
    else assert.equal(text.slice(0, Math.max(cut, 0)), expected)
    assert.ok(advice.length > handWritten.length + 20, `${code}.md says how to fix it`)
  })
}

test('there is no page for a code that does not exist, and the list names them all', () => {
  assert.deepEqual(pageFiles(), checkCodes.map(code => `${code}.md`).sort())
  const file = join(pages, 'README.md')
  const text = readFileSync(file, 'utf8')
  const parts = /^([\s\S]*<!-- codes -->\n)[\s\S]*(<!-- \/codes -->[\s\S]*)$/.exec(text)
  assert.ok(parts, 'README.md marks the place of the list')
  const wanted = `${parts[1]}${tableOfCodes()}${parts[2]}`
  if (isUpdate) writeFileSync(file, wanted)
  assert.equal(isUpdate ? wanted : text, wanted)
})

test('every rule is registered, and its file is named after its first code', async () => {
  const folder = join(home, 'src/analysis/check/rules')
  const files = readdirSync(folder).filter(file => /^fw\d{3}-.*(?<!\.test)\.ts$/.test(file))
  const found: Rule[] = []
  for (const file of files) {
    const exported = Object.values((await import(join(folder, file))) as Record<string, unknown>)
    assert.equal(exported.length, 1, `${file} exports its rule and nothing else`)
    const rule = exported[0] as Rule
    assert.equal(file.slice(0, 5).toUpperCase(), rule.codes[0], file)
    assert.ok(existsSync(join(folder, file.replace(/\.ts$/, '.test.ts'))), `${file} has tests beside it`)
    found.push(rule)
  }
  assert.equal(rules.length, found.length)
  for (const rule of found) assert.ok(rules.includes(rule), `${rule.codes[0]} is in the list of rules`)
})

test('no code is reported by two rules', () => {
  const all = rules.flatMap(rule => rule.codes)
  assert.deepEqual(
    all.filter((code, index) => all.indexOf(code) < index),
    [],
  )
})
