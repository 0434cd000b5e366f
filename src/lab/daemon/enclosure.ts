// How the daemon makes its private surroundings, before anything else: /run, /etc and loopback of its own.
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bindMount, makeMountsPrivate, mountOverlay, mountTmpfs } from '../../sys/mounts.ts'
import { openNetlink } from '../../sys/netlink.ts'
import { namespaceDirectory } from '../../sys/netns.ts'
import { trustedCertificates } from '../../sys/view.ts'

/** Where files go that live as long as the lab's processes. */
export const runtimeDirectory = '/run/fairway'

/** Files below /etc that programs get views of; each must be an ordinary file to be bound over. */
const viewedFiles = ['/etc/resolv.conf', '/etc/hosts', '/etc/hostname', trustedCertificates]

/**
 * Changes only the namespaces this process was started in: /run becomes an empty tmpfs with /run/netns, /etc an overlay
 * whose changes vanish with the daemon, and loopback comes up. Directories in `keep` stay reachable, also below /run.
 */
export function enterEnclosure(keep: readonly string[]): void {
  makeMountsPrivate()
  const kept = keep.filter(path => path.startsWith('/run/')).map(path => ({ path, fd: openSync(path, 'r') }))
  mountTmpfs('/run')
  for (const { path, fd } of kept) {
    mkdirSync(path, { recursive: true })
    bindMount(`/proc/self/fd/${fd}`, path)
    closeSync(fd)
  }
  mkdirSync(namespaceDirectory)
  mkdirSync(runtimeDirectory, { mode: 0o755 })
  overlayEtc()
  using netlink = openNetlink()
  netlink.apply([{ kind: 'set-link', name: 'lo', up: true }])
}

function overlayEtc(): void {
  const layers = { lower: '/etc', upper: join(runtimeDirectory, 'etc/upper'), work: join(runtimeDirectory, 'etc/work') }
  mkdirSync(layers.upper, { recursive: true })
  mkdirSync(layers.work)
  // The root of a user namespace does not own the host's directories and may not copy them up; those it has made are its own.
  const owned = statSync('/etc').uid === process.getuid?.()
  for (const directory of owned ? [] : subdirectories('/etc', '')) {
    mkdirSync(join(layers.upper, directory), { recursive: true })
  }
  const texts = viewedFiles.map(path => ({ path, text: readIfThere(path) }))
  mountOverlay('/etc', layers)
  // The host's may be symbolic links into the old /run.
  for (const { path, text } of texts) {
    rmSync(path, { force: true })
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, text)
  }
}

/** Relative paths of the directories below `root`; those that we may not read are left alone. */
function subdirectories(root: string, below: string): readonly string[] {
  let entries: ReturnType<typeof readEntries>
  try {
    entries = readEntries(join(root, below))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return []
    throw error
  }
  return entries
    .filter(entry => entry.isDirectory())
    .flatMap(entry => [join(below, entry.name), ...subdirectories(root, join(below, entry.name))])
}

function readEntries(path: string) {
  return readdirSync(path, { withFileTypes: true })
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES')) return ''
    throw error
  }
}
