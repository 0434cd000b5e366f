// Does a mistake in the folder cost only what it is about? One lab with every mistake in it, and sites that are too wrong for one.
// Run with: scripts/in-sandbox node --test test/faults/
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { takeInventory, untilAsBefore } from './inventory.testing.ts'
import { ingress, site, smallSite } from './small-site.testing.ts'
import { type Ended, openWorld } from './world.testing.ts'

const world = openWorld()
const folder = smallSite(join(world.directory, 'folder'))
const untouched = takeInventory()
let up: Ended

interface Mistake {
  readonly file: string
  readonly text: string
  /** Where and as what it is reported. */
  readonly finding: RegExp
  readonly fix: RegExp
}

const service = (name: string, body: string) =>
  `apiVersion: v1\nkind: Service\nmetadata: { name: ${name} }\nspec:\n${body}`

const mistakes: Readonly<Record<string, Mistake>> = {
  'a malformed manifest': {
    file: 'malformed.yaml',
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: broken\ndata:\n  a: b\n',
    finding: /malformed\.yaml:\d+:\d+ {2}error/,
    fix: /fix: /,
  },
  'a good document after a bad one': {
    file: 'half.yaml',
    text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: [no] }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: survivor }\n',
    finding: /half\.yaml:3:\d+ {2}error/,
    fix: /why: /,
  },
  'an unknown field': {
    file: 'unknown-field.yaml',
    text: service('typo', '  selectr: { app: echo }\n  ports: [{ port: 80 }]\n'),
    finding: /unknown-field\.yaml:5:3 {2}(error|warning).*selectr/,
    fix: /selector/,
  },
  'a missing Service': {
    file: 'missing-service.yaml',
    text: ingress('lost', { service: 'nowhere' }),
    finding: /missing-service\.yaml:\d+:\d+ {2}(error|warning).*nowhere/,
    fix: /fix: /,
  },
  'a port nobody serves': {
    file: 'unserved-port.yaml',
    text: service('deaf', '  selector: { app: echo }\n  ports: [{ port: 80, targetPort: 9999 }]\n'),
    finding: /unserved-port\.yaml:\d+:\d+ {2}(error|warning).*9999/,
    fix: /fix: /,
  },
  'a host and path that another Ingress has': {
    file: 'zz-duplicate.yaml',
    text: ingress('thief', { host: 'echo.small.example', service: 'deaf', port: 'number: 80' }),
    finding: /(zz-duplicate|echo)\.yaml:\d+:\d+ {2}(error|warning).*echo\.small\.example/,
    fix: /fix: /,
  },
  'a node outside the LAN': {
    file: 'site.yaml',
    text: site('small').replace(
      '    - { name: two, address: 192.168.7.12 }\n',
      '    - { name: two, address: 192.168.7.12 }\n    - { name: three, address: 10.9.9.9 }\n',
    ),
    finding: /site\.yaml:9:\d+ {2}error FW203 {2}node three has the address 10\.9\.9\.9/,
    fix: /give it an address of the LAN/,
  },
}

before(async () => {
  for (const { file, text } of Object.values(mistakes)) folder.write(file, text)
  up = await world.fairway('up', folder.path, '--detach')
})
after(async () => {
  await world.close()
  await untilAsBefore(untouched)
})

for (const [what, { finding, fix }] of Object.entries(mistakes)) {
  test(`${what} is named with its place and a fix`, () => {
    const lines = up.stderr.split('\n')
    const at = lines.findIndex(line => finding.test(line))
    assert.ok(at >= 0, up.stderr)
    // The finding goes on until the next one begins.
    const end = lines.findIndex((line, index) => index > at && /^\S/.test(line))
    assert.match(lines.slice(at, end).join('\n'), fix)
  })
}

test('the rest of the network comes up, and the exit code says that not all is well', async () => {
  assert.equal(up.status, 1, up.stderr)
  assert.match(up.stdout, /lab small is up in .*: 2 nodes/)
  assert.equal(await world.curl('small', 'http://echo.small.example/'), '200')
  assert.equal(world.kubectl('small', 'get', 'configmap', 'survivor', '-o', 'name').stdout, 'configmap/survivor\n')
  const nodes = world.kubectl('small', 'get', 'nodes', '-o', 'jsonpath={.items[*].metadata.name}').stdout
  assert.equal(nodes, 'one two')
})

test('a running lab takes a corrected folder, and a wrong one no more than it must', async () => {
  for (const { file } of Object.values(mistakes)) if (file !== 'site.yaml') folder.remove(file)
  folder.write('site.yaml', site('small'))
  const corrected = await world.fairway('up', folder.path)
  assert.equal(corrected.status, 0, corrected.stderr)
  folder.write('malformed.yaml', mistakes['a malformed manifest']?.text ?? '')
  const wrong = await world.fairway('up', folder.path)
  assert.equal(wrong.status, 1)
  assert.match(wrong.stderr, /malformed\.yaml/)
  folder.write('site.yaml', 'kind: Site\nspec: 3\n')
  const hopeless = await world.fairway('up', folder.path, '--name', 'small')
  assert.equal(hopeless.status, 2, hopeless.stderr)
  assert.match(hopeless.stderr, /the site cannot be built; its errors are above\. Lab small goes on as it was\./)
  folder.write('site.yaml', site('small'))
  folder.remove('malformed.yaml')
  assert.equal(await world.curl('small', 'http://echo.small.example/'), '200')
})

test('ranges that overlap are reported, and what still can comes up', async () => {
  const other = smallSite(join(world.directory, 'overlap'), 'overlap')
  other.write('site.yaml', site('overlap').replace('10.44.0.0/16', '192.168.0.0/16'))
  const ended = await world.fairway('up', other.path, '--detach')
  assert.equal(ended.status, 1, ended.stderr)
  assert.match(ended.stderr, /site\.yaml:10:\d+ {2}error FW202 {2}the pod range 192\.168\.0\.0\/16 overlaps the LAN/)
  assert.equal(await world.curl('overlap', 'http://echo.small.example/'), '200')
  await world.fairway('down', '--name', 'overlap')
})

test('a folder without a usable site is refused with exit code 2 and leaves nothing', async () => {
  const other = smallSite(join(world.directory, 'unusable'), 'unusable')
  const good = site('unusable')
  for (const [wrong, said] of [
    [good.replace('gateway: 192.168.7.1', 'gateway: 10.0.0.1'), /FW203 {2}the gateway has the address 10\.0\.0\.1/],
    [good.replace('domain: small.example', 'domain: 7'), /spec\.domain/],
    [good.replace('192.168.7.0/24', '192.168.7.0/40'), /192\.168\.7\.0\/40/],
    ['apiVersion: v1\nkind: ConfigMap\nmetadata: { name: only }\n', /no Site in/],
  ] as const) {
    other.write('site.yaml', wrong)
    const { status, stderr } = await world.fairway('up', other.path, '--detach')
    assert.equal(status, 2, stderr)
    assert.match(stderr, said)
  }
  const nothing = await world.fairway('up', join(world.directory, 'nowhere'))
  assert.equal(nothing.status, 2)
  assert.match(nothing.stderr, /no such file or folder/)
  assert.doesNotMatch((await world.fairway('status', '-o', 'name')).stdout, /unusable/)
})
