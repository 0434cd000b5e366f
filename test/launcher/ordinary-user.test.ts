// Does all of a lab work for somebody without rights: NGINX, Unbound, nft, busybox, kubectl's streams?
// Run with: scripts/in-sandbox node --test test/launcher/
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { takeInventory, untilAsBefore } from '../faults/inventory.testing.ts'
import { smallSite } from '../faults/small-site.testing.ts'
import { openWorld, until } from '../faults/world.testing.ts'
import { ordinaryUserId } from '../ordinary-user.testing.ts'

const world = openWorld({ ordinary: true })
const folder = smallSite(join(world.directory, 'folder'))
const untouched = takeInventory()
const kubeconfig = world.state('small').kubeconfig

before(async () => {
  const up = await world.fairway('up', folder.path, '--detach')
  assert.equal(up.status, 0, up.stderr)
  assert.match(up.stdout, /8 of 8 pods ready/)
})
after(async () => {
  await world.close()
  await untilAsBefore(untouched)
})

test('the state is the user’s alone', () => {
  for (const path of [world.state('small').path, kubeconfig]) {
    const { uid, mode } = statSync(path)
    assert.equal(uid, ordinaryUserId)
    assert.equal(mode & 0o077, 0)
  }
})

test('the laptop reaches a pod through DNS, the load balancer, NGINX and a Service', async () => {
  assert.equal(await world.curl('small', 'http://echo.small.example/'), '200')
  assert.equal(await world.curl('small', 'https://echo.small.example/'), '200')
})

test('programs run as machines: each has its address and its own root', async () => {
  const seen = await world.fairway(
    'exec',
    'one',
    '--',
    'sh',
    '-c',
    'hostname; ip -o -4 address show eth0; id -u; nft list ruleset | wc -l',
  )
  assert.match(seen.stdout, /^one\n.*192\.168\.7\.11\/24.*\n0\n\d{2,}\n$/s, seen.stderr)
  assert.equal((await world.fairway('exec', 'laptop', '--', 'sh', '-c', 'exit 7')).status, 7)
})

test('kubectl execs, follows logs, copies and forwards ports', async () => {
  const run = (...args: string[]) => world.kubectl('small', ...args)
  const busybox = run('run', 'box', '--image=busybox', '--command', '--', 'sh', '-c', 'echo begun; sleep 1000')
  assert.equal(busybox.status, 0, busybox.stderr)
  assert.equal(run('wait', '--for=condition=Ready', 'pod/box', '--timeout=10s').status, 0)
  assert.equal(run('logs', 'box').stdout, 'begun\n')
  const fetched = run('exec', 'box', '--', 'wget', '-qO-', 'http://echo.default.svc.cluster.local/')
  assert.match(fetched.stdout, /"pod": "echo-/, fetched.stderr)
  assert.equal(run('cp', '/etc/hostname', 'box:/tmp/name').status, 0)
  assert.notEqual(run('exec', 'box', '--', 'cat', '/tmp/name').stdout, '')

  const forward = spawn('kubectl', ['--kubeconfig', kubeconfig, 'port-forward', 'service/echo', ':80'], {
    env: world.env,
  })
  const [line] = (await once(createInterface({ input: forward.stdout }), 'line')) as [string]
  const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1]
  const answer = await fetch(`http://127.0.0.1:${port}/`)
  forward.kill()
  assert.equal(answer.status, 200)
  assert.equal(run('delete', 'pod', 'box', '--now').status, 0)
})

test('what is applied is reachable, and down leaves nothing', async () => {
  assert.equal(world.kubectl('small', 'scale', 'deployment', 'echo', '--replicas=4').status, 0)
  await until(
    'four pods are ready',
    () => world.kubectl('small', 'get', 'deployment', 'echo', '-o', 'jsonpath={.status.readyReplicas}').stdout,
    seen => seen === '4',
  )
  const down = await world.fairway('down')
  assert.equal(down.status, 0, down.stderr)
  assert.match(down.stderr, /lab small is down\n/)
  assert.equal(existsSync(world.state('small').path), false)
})
