// Does the package that `npm pack` makes work where nothing but npm's global folder holds Fairway?
// Run with: scripts/in-sandbox node --test test/launcher/
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { copyCheckout, installedPackages, type Packed, packTree, root } from './checkout.testing.ts'
import { startRegistry } from './registry.testing.ts'

const scratch = mkdtempSync('/tmp/fairway-package-')
const prefix = join(scratch, 'with a space')
const installed = join(prefix, 'lib/node_modules/fairway')
let packed: Packed

before(async () => {
  spawnSync('ip', ['link', 'set', 'lo', 'up'])
  const tree = join(scratch, 'clone')
  copyCheckout(tree)
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  packed = packTree(tree, scratch)
  rmSync(tree, { recursive: true })
  await using registry = await startRegistry(
    installedPackages(['koffi', `@koromix/koffi-linux-${process.arch}`]),
    scratch,
  )
  mkdirSync(prefix)
  // Not waited for synchronously: the registry is in this process.
  const npm = spawn('npm', ['install', '--global', '--prefix', prefix, '--loglevel=error', packed.tarball], {
    cwd: scratch,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, npm_config_registry: registry.url, npm_config_cache: join(scratch, 'npm') },
  })
  const status = await new Promise(resolve => npm.once('exit', resolve))
  assert.equal(status, 0, 'npm install -g failed')
})

after(() => {
  fairway('down', '--all')
  rmSync(scratch, { recursive: true })
})

function fairway(...args: string[]): {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
} {
  return spawnSync(join(prefix, 'bin/fairway'), args, {
    encoding: 'utf8',
    cwd: scratch,
    env: { ...process.env, FAIRWAY_STATE_DIR: join(scratch, 'state'), NO_COLOR: '1' },
  })
}

test('the package holds what users need and nothing of its making, in less than a megabyte', () => {
  assert.ok(packed.bytes < 1_000_000, `${packed.bytes} bytes`)
  assert.ok(packed.files.includes('scenarios/anton/site.yaml'))
  const strange = packed.files.filter(
    path =>
      !/^dist\/|^scenarios\/(anton|five-hundred-pods)\/|^docs\/(?!decisions\/).*\.md$|^(fairway|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/.test(
        path,
      ),
  )
  assert.deepEqual(strange, [])
  assert.deepEqual(
    packed.files.filter(path => /\.(ts|map)$|\.test\.|testing/.test(path)),
    [],
  )
  const licences = readFileSync(join(installed, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8')
  assert.match(licences, /^ws [\d.]+$/m)
  assert.match(licences, /^yaml [\d.]+$/m)
})

test('the command finds itself through npm’s link, and says its version in every way the same', () => {
  assert.match(readlinkSync(join(prefix, 'bin/fairway')), /^\.\./)
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const direct = spawnSync(process.execPath, [join(installed, 'dist/fairway.js'), '--version'], { encoding: 'utf8' })
  for (const said of [fairway('--version'), fairway('version'), direct]) {
    assert.equal(said.stdout, `fairway ${version}\n`)
    assert.equal(said.status, 0)
  }
})

test('it checks and renders like the checkout does', () => {
  const scenario = join(installed, 'scenarios/anton')
  const argv = ['--disable-warning=ExperimentalWarning', join(root, 'src/cli/main.ts')]
  for (const args of [
    ['check', scenario, '-o', 'json'],
    ['render', scenario, '-o', 'json', '--all'],
  ]) {
    const there = spawnSync(process.execPath, [...argv, ...args], { encoding: 'utf8', cwd: scratch })
    const here = fairway(...args)
    assert.equal(here.stdout, there.stdout)
    assert.equal(here.status, there.status)
    assert.ok(here.stdout.length > 1000)
  }
})

test('it brings up a lab that serves the laptop and explains itself to kubectl', () => {
  const up = fairway('up', join(installed, 'scenarios/anton'), '--detach')
  assert.equal(up.status, 0, up.stderr)
  const curl = ['curl', '--silent', '--show-error', '--write-out', '%{http_code}', '--output', '/dev/null']
  const answer = fairway('exec', 'laptop', '--', ...curl, 'https://echo.anton.example/')
  assert.equal(answer.stdout, '200', answer.stderr)
  const kubeconfig = fairway('kubeconfig', '--path').stdout.trim()
  // The descriptions are a file that is read only when somebody asks.
  const explained = spawnSync('kubectl', ['--kubeconfig', kubeconfig, 'explain', 'pod.spec'], { encoding: 'utf8' })
  assert.match(explained.stdout, /^FIELD: spec <PodSpec>/m, explained.error?.message ?? explained.stderr)
  assert.equal(fairway('down').status, 0)
})
