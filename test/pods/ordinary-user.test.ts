// Does a tool box see this machine's programs without root, where "/" cannot be a layer of an overlay?
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { test } from 'node:test'
import { prepareApplets } from '../../src/lab/runtimes/container-root/root-files.ts'
import { setupScript } from '../../src/lab/runtimes/container-root/setup-script.ts'
import { asOrdinaryUser } from '../ordinary-user.testing.ts'

test('an ordinary user gets the programs of this machine, and keeps what is written apart', () => {
  const shared = '/run/tool-box'
  mkdirSync(shared)
  chmodSync(shared, 0o755)
  const applets = prepareApplets(shared)
  // The root stands on a tmpfs of the user's own, as the daemon's does.
  const script = `mount -t tmpfs tmpfs /mnt && mkdir /mnt/root && exec "$@" 3>/dev/null`
  const inside = ['/bin/bash', '-c', 'id -u; command -v env; hostname; echo x >/usr/written && cat /usr/written']
  const { stdout, stderr, status } = spawnSync(
    asOrdinaryUser[0] ?? '',
    [
      ...asOrdinaryUser.slice(1),
      ...['CONTAINER_PATH=/usr/sbin:/usr/bin:/sbin:/bin', 'unshare', '--user', '--map-root-user'],
      ...['--mount', '--uts', '--ipc', '--pid', '--fork', '--mount-proc', 'sh', '-c', script, 'sh'],
      ...[`${applets}/busybox`, 'sh', '-c', setupScript, 'sh', applets, '/mnt/root', 'host', 'box', '/', '--'],
      ...inside,
    ],
    { encoding: 'utf8' },
  )
  assert.equal(status, 0, stderr)
  assert.deepEqual(stdout.trim().split('\n'), ['0', '/usr/bin/env', 'box', 'x'])
  assert.equal(existsSync('/usr/written'), false)
})
