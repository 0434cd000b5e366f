// Every mistake of scenarios/mistakes is found, with its place, its reason and its fix; UPDATE=1 rewrites what is expected.
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCheck } from './run-check.testing.ts'
import { scenarios } from './scenarios.testing.ts'

for (const { name, code, folder } of scenarios) {
  test(name, async () => {
    const { out, notes, exitCode } = await runCheck(['.'], { cwd: folder })
    const said = `$ fairway check .\n${out}${notes}exit code ${exitCode}\n`
    const file = join(folder, 'expected.txt')
    if (process.env.UPDATE === '1') writeFileSync(file, said)
    assert.equal(said, readFileSync(file, 'utf8'))
    assert.match(
      said,
      new RegExp(`^\\S+:\\d+:\\d+  (error|warning|info) ${code}  `, 'm'),
      `${code} is found, with its place`,
    )
    for (const [, finding = ''] of out.matchAll(/^(\S+:\d+:\d+ {2}.*\n(?: {2}.*\n)*)/gm)) {
      assert.match(finding, /\n {2}fix: /, `says what to do: ${finding}`)
    }
    assert.equal(exitCode, / error FW/.test(out) ? 1 : 0)
  })
}
