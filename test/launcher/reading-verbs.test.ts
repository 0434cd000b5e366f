// Do the verbs that only read run where there is no Linux: without its modules, its programs, its native library?
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { root } from './checkout.testing.ts'

/** Loaded before everything else: this machine says it is a Mac, and whoever wants the native library fails. */
const mac = `
  import { registerHooks } from 'node:module'
  Object.defineProperty(process, 'platform', { value: 'darwin' })
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier.includes('koffi')) throw new Error('the native library was wanted by ' + context.parentURL)
      return next(specifier, context)
    },
  })`

function onMac(...args: string[]) {
  const hook = `data:text/javascript,${encodeURIComponent(mac)}`
  const argv = ['--disable-warning=ExperimentalWarning', '--import', hook, 'src/cli/main.ts', ...args]
  return spawnSync(process.execPath, argv, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, FAIRWAY_STATE_DIR: '/tmp/none' },
  })
}

test('check, render, trace, help and the version need nothing of Linux', () => {
  for (const args of [
    ['check', 'scenarios/anton'],
    ['render', 'scenarios/anton'],
    ['trace', 'laptop', 'https://echo.anton.example/', 'scenarios/anton'],
    ['help'],
    ['help', 'up'],
    ['--version'],
  ]) {
    const { status, stdout, stderr } = onMac(...args)
    assert.equal(status, 0, stderr)
    assert.ok(stdout.length > 0)
  }
})

test('up says that a lab needs Linux, and what works here', () => {
  const { status, stderr } = onMac('up', 'scenarios/anton')
  assert.equal(status, 3)
  assert.match(stderr, /^fairway: a lab needs Linux: .* On darwin 'fairway check' .* work\n$/)
})

test('the verbs about labs find none', () => {
  for (const args of [['status'], ['down'], ['logs'], ['kubeconfig'], ['exec', 'laptop', 'true']]) {
    const { status, stderr } = onMac(...args)
    assert.equal(status, 3, stderr)
    assert.match(stderr, /^fairway: no lab is running here/)
  }
})

test('without the hook’s lie a lab’s start does load the native library', () => {
  const hook = `data:text/javascript,${encodeURIComponent(mac.replace(/.*defineProperty.*/, ''))}`
  const argv = ['--import', hook, '--input-type=module', '--eval', "await import('./src/lab/daemon/launch.ts')"]
  const { stderr } = spawnSync(process.execPath, argv, { cwd: root, encoding: 'utf8' })
  assert.match(stderr, /the native library was wanted by .*libc\.ts/)
})
