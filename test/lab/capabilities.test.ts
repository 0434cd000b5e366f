// Does Fairway find out what this machine can do, and name what is missing?
// Run with: scripts/in-sandbox node --test test/lab/
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeNginx } from '../../src/sys/capabilities/nginx-fixes.ts'
import { detectCapabilities, missingPackages, obstacles } from '../../src/sys/capabilities.ts'
import { host } from '../../src/sys/host.ts'
import type { Runner } from '../../src/sys/runner.ts'

/** This machine without some of its programs. */
function without(...missing: readonly string[]): Runner {
  return {
    spawn: host.spawn,
    run: (command, args, options) =>
      missing.includes(command)
        ? Promise.reject(new Error(`cannot start ${command}: spawn ${command} ENOENT`))
        : host.run(command, args, options),
  }
}

test('programs come with their versions, and features of the kernel are tried', async () => {
  const report = await detectCapabilities()
  const found = new Map(report.capabilities.map(capability => [capability.name, capability]))
  assert.match(found.get('nft')?.version ?? '', /^\d+\.\d+/)
  assert.match(found.get('unshare')?.version ?? '', /^2\.\d+/)
  for (const name of ['namespaces', 'overlay', 'veth', 'bridge', 'nftables NAT', 'nftables maps']) {
    assert.deepEqual([name, found.get(name)?.state, found.get(name)?.detail], [name, 'present', undefined])
  }
})

test('a missing program names its package, and only what is required stands in the way', async () => {
  const report = await detectCapabilities(without('nginx', 'curl', 'kubectl'))
  assert.ok(obstacles(report).some(({ name }) => name === 'nginx'))
  assert.ok(!obstacles(report).some(({ name }) => name === 'curl'))
  assert.ok(missingPackages(report, 'required').includes('nginx'))
  assert.ok(missingPackages(report, 'all').includes('curl'))
})

test('without the right to make namespaces that alone is reported, with the reason', async () => {
  const report = await detectCapabilities(without('unshare'))
  const kernel = report.capabilities.filter(({ kind, required }) => kind === 'kernel' && required)
  assert.deepEqual(
    kernel.map(({ name, state, detail }) => [name, state, detail]),
    [['namespaces', 'missing', 'cannot start unshare: spawn unshare ENOENT']],
  )
})

test('an NGINX with known holes is warned about, a mended one is not', () => {
  assert.match(judgeNginx('1.22.1', '1.22.1-9+deb12u7') ?? '', /has CVE-2026-42945 .* deb12u8|has CVE-2026-42945/)
  assert.match(judgeNginx('1.24.0', '1.24.0-2ubuntu7.5') ?? '', /may have CVE-2026-42945/)
  assert.match(judgeNginx('1.29.9', undefined) ?? '', /nginx 1\.29\.9 may have/)
  assert.equal(judgeNginx('1.22.1', '1.22.1-9+deb12u11'), undefined)
  assert.equal(judgeNginx('1.30.1', undefined), undefined)
  assert.equal(judgeNginx('1.31.0', undefined), undefined)
})
