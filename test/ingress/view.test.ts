// Do a pod's volumes appear in the view of NGINX wherever they shall, without a trace on this machine?
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { Mount } from '../../src/lab/runtime.ts'
import { inView } from '../../src/lab/runtimes/nginx-view.ts'

describe('the view of NGINX in a pod', () => {
  // On a disk, like a lab's state; /tmp is seldom one.
  const directory = mkdtempSync('/var/tmp/fairway-view-')
  after(() => rmSync(directory, { recursive: true, force: true }))
  const part = (name: string): string => {
    mkdirSync(join(directory, name), { recursive: true })
    return join(directory, name)
  }
  const volume = part('volume')
  writeFileSync(join(volume, 'told'), 'by the volume\n')
  const scratch = part('scratch')
  const workshop = part('view')
  const at = (target: string, { source = volume, readOnly = false } = {}): Mount => ({ source, target, readOnly })
  const see = (mounts: readonly Mount[], script: string): string =>
    execFileSync(
      'unshare',
      [
        ...['--mount', '--uts', '--'],
        ...inView({ hostname: 'proxy-1', workshop, mounts }, ['sh', '-c', script], { stays: false }),
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    )

  test('in folders that this machine does not have, also at the top and below each other', () => {
    const targets = [
      '/modules_of_a_test',
      '/usr/local/of-a-test/deep/er',
      '/usr/local/of-a-test/beside',
      '/run/of-a-test/serviceaccount',
      '/modules_of_a_test_2/below/../spaced out/',
    ]
    const script = `cat "$@"; hostname; ls / /usr/local /run`
    const said = see(
      [at('/tmp', { source: scratch }), ...targets.map(target => at(target))],
      `set -- /modules_of_a_test/told /usr/local/of-a-test/deep/er/told /usr/local/of-a-test/beside/told \
        /run/of-a-test/serviceaccount/told '/modules_of_a_test_2/spaced out/told'; ${script}`,
    )
    assert.equal(said.match(/by the volume/g)?.length, targets.length)
    assert.match(said, /^proxy-1$/m)
    // What was there is still there.
    for (const path of ['/', '/usr/local', '/run']) {
      for (const name of execFileSync('ls', [path], { encoding: 'utf8' }).split('\n'))
        assert.ok(said.includes(name), name)
    }
    for (const path of ['/modules_of_a_test', '/modules_of_a_test_2', '/usr/local/of-a-test', '/run/of-a-test']) {
      assert.equal(existsSync(path), false, path)
    }
  })

  test('a file where no file is, or a link that leads nowhere', () => {
    const file = join(volume, 'told')
    const own = part('own')
    symlinkSync('/nowhere', join(own, 'link'))
    const said = see(
      [at('/usr/local/etc/of-a-test/one.conf', { source: file }), at(join(own, 'link'), { source: file })],
      `cat /usr/local/etc/of-a-test/one.conf ${own}/link`,
    )
    assert.equal(said, 'by the volume\nby the volume\n')
    assert.equal(existsSync('/usr/local/etc/of-a-test'), false)
    assert.equal(execFileSync('readlink', [join(own, 'link')], { encoding: 'utf8' }), '/nowhere\n')
  })

  test('below /tmp, and inside another volume', () => {
    const inner = part('inner')
    writeFileSync(join(inner, 'told'), 'by the inner\n')
    const said = see(
      [at('/tmp', { source: scratch }), at('/tmp/nginx', { source: inner }), at('/tmp/nginx/below')],
      'cat /tmp/nginx/told /tmp/nginx/below/told',
    )
    assert.equal(said, 'by the inner\nby the volume\n')
  })

  test('what is mounted read-only, and what a missing place shows of the disks, takes no writes; a volume does', () => {
    const said = see(
      [at('/srv_of_a_test/ro', { readOnly: true }), at('/srv_of_a_test/rw'), at('/usr/local/of-a-test')],
      `for to in /srv_of_a_test/ro /usr/local/bin /usr/local/share /var/lib /etc; do touch $to/x-${process.pid} 2>&1 || :; done
      echo new >/srv_of_a_test/rw/new`,
    )
    assert.equal(said.match(/Read-only file system/g)?.length, 5, said)
    assert.equal(readFileSync(join(volume, 'new'), 'utf8'), 'new\n')
  })
})
