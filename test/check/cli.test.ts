// How `fairway check` behaves as a program: input from everywhere, every format, exit codes that mean the same in all of them.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { formats } from '../../src/diagnostics/print.ts'
import { type CheckRun, runCheck } from './run-check.testing.ts'
import { home, mistakes } from './scenarios.testing.ts'

const place = mkdtempSync(join(tmpdir(), 'fairway-check-'))
after(() => rmSync(place, { recursive: true, force: true }))

const good = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: good\n'
const wrong = good.replace('metadata', 'metdata')
const warned =
  'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector: {app: web}\n  ports: [{port: 80}]\n'
const broken = 'a: [\n'

let count = 0

/** A folder of its own with these files. */
function folder(files: Readonly<Record<string, string>>): string {
  const path = join(place, String(count++))
  mkdirSync(path)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  return path
}

function checkIn(files: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<CheckRun> {
  return runCheck(args.length === 0 ? ['.'] : args, { cwd: folder(files) })
}

test('a folder is read with everything below it, but not what tools keep for themselves', async () => {
  const { notes, exitCode } = await checkIn({
    'a.yaml': good,
    'deep/er/b.yml': good.replace('good', 'b'),
    'c.json': JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }),
    'kustomization.yaml': broken,
    '.hidden/x.yaml': broken,
    'node_modules/x.yaml': broken,
    'notes.txt': broken,
  })
  assert.equal(notes, '3 files, 3 objects: 0 errors, 0 warnings, 0 hints\n')
  assert.equal(exitCode, 0)
})

test('several paths are one input, and a file that two of them name is read once', async () => {
  const cwd = folder({ 'a/web.yaml': warned, 'b/good.yaml': good })
  const { notes } = await runCheck(['a', 'b', 'a/web.yaml', '-f', 'b/good.yaml'], { cwd })
  assert.match(notes, /^2 files, 2 objects/)
})

test('stdin is a file like any other', async () => {
  const { out, exitCode } = await runCheck(['-'], { cwd: place, stdin: `${good}---\n${wrong}` })
  assert.match(out, /^<stdin>:6:1 {2}error FW103/)
  assert.equal(exitCode, 1)
})

test('an error is exit code 1, a warning only on request, whatever the format', async () => {
  for (const format of formats) {
    const exitOf = async (text: string, ...more: readonly string[]) =>
      (await runCheck(['-', '-o', format, ...more], { cwd: place, stdin: text })).exitCode
    assert.equal(await exitOf(good), 0, format)
    assert.equal(await exitOf(`${good}---\n${wrong}`), 1, format)
    assert.equal(await exitOf(warned), 0, format)
    assert.equal(await exitOf(warned, '--fail-on', 'warning'), 1, format)
    assert.equal(await exitOf(broken), 2, format)
  }
})

test('a broken file among good ones is a finding; when nothing can be read there is no verdict', async () => {
  assert.equal((await checkIn({ 'a.yaml': good, 'b.yaml': broken })).exitCode, 1)
  const alone = await checkIn({ 'b.yaml': broken })
  assert.match(alone.out, /^b\.yaml:2:1 {2}error FW100/)
  assert.equal(alone.exitCode, 2)
  assert.equal((await checkIn({ 'b.yaml': 'hello: world\n' })).exitCode, 2)
  assert.equal((await checkIn({ 'a.yaml': good.replace('name: good', 'name: GOOD') })).exitCode, 1, 'read, and wrong')
})

test('an input without any object is refused rather than called good', async () => {
  await assert.rejects(checkIn({ 'a.yaml': '# nothing\n' }), /there is no Kubernetes object in \./)
  await assert.rejects(checkIn({ 'a.txt': '' }), /no YAML file in \./)
  await assert.rejects(checkIn({}, 'missing'), /no such file or folder: missing/)
})

test('wrong usage says what is right', async () => {
  await assert.rejects(
    checkIn({ 'a.yaml': good }, '.', '-o', 'xml'),
    /-o takes text, json, sarif, github, junit, not "xml"/,
  )
  await assert.rejects(
    checkIn({ 'a.yaml': good }, '.', '--fail-on', 'info'),
    /--fail-on takes error or warning, not "info"/,
  )
  await assert.rejects(runCheck([], { cwd: place }), /say what to check/)
})

test('objects of foreign kinds are listed as skipped, those that a CRD of the folder defines are checked', async () => {
  const boat = 'apiVersion: harbour.example/v1\nkind: Boat\nmetadata:\n  name: b\nspec:\n  lenght: 7\n'
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'boats.harbour.example' },
    spec: {
      group: 'harbour.example',
      scope: 'Namespaced',
      names: { plural: 'boats', kind: 'Boat' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              properties: { spec: { type: 'object', properties: { length: { type: 'integer' } } } },
            },
          },
        },
      ],
    },
  }
  const alone = await checkIn({ 'boat.yaml': boat })
  assert.match(
    alone.notes,
    /^skipped: boat\.yaml:2 {2}Boat \(harbour\.example\/v1\), a kind that Fairway does not know\n/,
  )
  assert.equal(alone.exitCode, 0)
  const known = await checkIn({ 'boat.yaml': boat, 'crd.json': JSON.stringify(crd) })
  assert.match(
    known.out,
    /^boat\.yaml:6:3 {2}error FW106 {2}unknown field "spec\.lenght"\n.*\n {2}fix: did you mean "length"\?$/m,
  )
  assert.doesNotMatch(known.notes, /skipped/)
})

test('SARIF names every rule with its help, and files relative to where one stands', async () => {
  const { out } = await runCheck(['manifests', '-o', 'sarif'], { cwd: join(mistakes, 'FW302-port-nobody-serves') })
  const { runs, version } = JSON.parse(out) as {
    version: string
    runs: {
      tool: { driver: { rules: { id: string; help: { text: string }; shortDescription: { text: string } }[] } }
      results: {
        ruleId: string
        ruleIndex: number
        locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[]
      }[]
    }[]
  }
  assert.equal(version, '2.1.0')
  const [run] = runs
  assert.deepEqual(
    run?.tool.driver.rules.map(({ id }) => id),
    ['FW302'],
  )
  for (const { help, shortDescription } of run?.tool.driver.rules ?? []) {
    assert.ok(help.text.length > shortDescription.text.length)
  }
  assert.equal(run?.results.length, 3)
  for (const { ruleId, ruleIndex, locations } of run?.results ?? []) {
    assert.equal(run?.tool.driver.rules[ruleIndex]?.id, ruleId)
    const location = locations[0]?.physicalLocation
    assert.match(location?.artifactLocation.uri ?? '', /^manifests\/[a-z]+\.yaml$/)
    assert.ok((location?.region.startLine ?? 0) > 0)
  }
})

test('JSON is a versioned list, sorted, with the field of each finding', async () => {
  const { out } = await runCheck(['.', '-o', 'json'], { cwd: join(mistakes, 'FW302-port-nobody-serves') })
  const list = JSON.parse(out) as {
    apiVersion: string
    kind: string
    items: { field: string; position: { file: string } }[]
  }
  assert.equal(`${list.apiVersion} ${list.kind}`, 'fairway.dev/v1 DiagnosticList')
  const files = list.items.map(({ position }) => position.file)
  assert.deepEqual(files, files.toSorted())
  assert.ok(list.items.every(({ field }) => field === 'spec.ports[0].targetPort'))
})

test('an expert would agree with what is said of the two big scenarios: every line is meant', async () => {
  const anton = await runCheck(['scenarios/anton'], { cwd: home })
  const lines = anton.out
    .split('\n')
    .flatMap(line => /([\w-]+\.yaml):\d+:\d+ {2}(\w+ FW\d+)/.exec(line)?.slice(1, 3).join(' ') ?? [])
  assert.deepEqual(lines, [
    'pool.yaml warning FW109',
    // Three addresses, of which k8s-3 has one and the two ingress classes take the others.
    'pool.yaml info FW214',
    'pool.yaml warning FW210',
    'tuning-cilium.yaml info FW910',
    'tuning-cilium.yaml warning FW910',
    'tuning-cilium.yaml warning FW910',
    'tuning-nginx.yaml warning FW901',
    'tuning-nginx.yaml warning FW901',
    'tuning-nginx.yaml warning FW901',
    'tuning-nginx.yaml warning FW901',
  ])
  assert.equal(anton.exitCode, 0)
  const many = await runCheck(['scenarios/five-hundred-pods'], { cwd: home })
  assert.equal(many.out, '')
})

test('the program itself reads stdin, prints results to stdout and narration to stderr, and exits as promised', () => {
  const run = (args: readonly string[], input = '') =>
    spawnSync(process.execPath, [join(home, 'src/cli/main.ts'), 'check', ...args], {
      cwd: place,
      input,
      encoding: 'utf8',
    })
  const found = run(['-'], `${good}---\n${wrong}`)
  assert.equal(found.status, 1)
  assert.match(found.stdout, /^<stdin>:6:1 {2}error FW103/)
  assert.match(found.stderr, /^1 file, 1 object: 1 error/m)
  const nothing = run(['missing'])
  assert.deepEqual([nothing.status, nothing.stdout], [2, ''])
  assert.match(nothing.stderr, /no such file or folder: missing/)
  assert.equal(run(['--wrong']).status, 2)
})

test('the example in docs/checks/README.md is what is printed', async () => {
  const { out } = await runCheck(['manifests/web.yaml'], { cwd: join(mistakes, 'FW302-port-nobody-serves') })
  assert.ok(readFileSync(join(home, 'docs/checks/README.md'), 'utf8').includes(out))
})
