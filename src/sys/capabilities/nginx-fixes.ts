// Whether an installed NGINX still has the holes in its rewrite module that are exploited in the wild.
import type { Runner } from '../runner.ts'

// CVE-2026-42945 and CVE-2026-9256: a rewrite with a capture, which `rewrite-target` produces, overflows the heap.
const holes = 'CVE-2026-42945 and CVE-2026-9256 (heap overflow in rewrites)'
const fixedUpstream = [1, 30, 1]
/** Debian 12 keeps 1.22.1 and mends it: the eighth update has both fixes. */
const fixedDebian12 = 8

/** `version` is what `nginx -v` says, which does not tell a mended Debian build from the original. */
export async function nginxWarning(runner: Runner, version: string): Promise<string | undefined> {
  if (isAtLeast(version, fixedUpstream)) return undefined
  const installed = await debianVersion(runner)
  return judgeNginx(version, installed)
}

/** `installed` is the version of the Debian package, where NGINX comes from one. */
export function judgeNginx(version: string, installed: string | undefined): string | undefined {
  if (isAtLeast(version, fixedUpstream)) return undefined
  const update = /\+deb12u(\d+)$/.exec(installed ?? '')?.[1]
  if (update !== undefined) {
    if (Number(update) >= fixedDebian12) return undefined
    return `nginx ${installed} has ${holes}; update to 1.22.1-9+deb12u${fixedDebian12} or newer: apt-get install nginx`
  }
  return `nginx ${installed ?? version} may have ${holes}; the fixed releases are 1.30.1 and newer, and distributions' mended builds`
}

async function debianVersion(runner: Runner): Promise<string | undefined> {
  try {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own placeholder
    const { exitCode, stdout } = await runner.run('dpkg-query', ['-W', '-f', '${Version}', 'nginx'])
    return exitCode === 0 && stdout !== '' ? stdout : undefined
  } catch {
    // No dpkg: not a Debian.
    return undefined
  }
}

function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split('.').map(Number)
  for (const [index, want] of wanted.entries()) {
    const part = parts[index] ?? 0
    if (part !== want) return part > want
  }
  return true
}
