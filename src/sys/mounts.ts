// How file systems are mounted, in the mount namespace of this process.
import { check, libc } from './libc.ts'

const MS_RDONLY = 0x1
const MS_NOSUID = 0x2
const MS_NODEV = 0x4
const MS_REMOUNT = 0x20
const MS_NOEXEC = 0x8
const MS_BIND = 0x1000
const MS_REC = 0x4000
const MS_PRIVATE = 0x40000
const MNT_DETACH = 2

/** Nothing mounted from now on is seen outside of this mount namespace, and nothing from outside is seen here. */
export function makeMountsPrivate(): void {
  check('cannot make the mounts private', libc.mount('none', '/', null, MS_REC | MS_PRIVATE, null))
}

export function mountTmpfs(path: string, options: { readonly mode?: number; readonly sizeBytes?: number } = {}): void {
  const data = [`mode=${(options.mode ?? 0o755).toString(8)}`]
  if (options.sizeBytes !== undefined) data.push(`size=${options.sizeBytes}`)
  check(`cannot mount a tmpfs on ${path}`, libc.mount('tmpfs', path, 'tmpfs', MS_NOSUID | MS_NODEV, data.join(',')))
}

/** `target` must exist and be a file or a directory as `source` is. */
export function bindMount(source: string, target: string, options: { readonly readOnly?: boolean } = {}): void {
  check(() => `cannot bind ${source} to ${target}`, libc.mount(source, target, null, MS_BIND | MS_REC, null))
  if (options.readOnly !== true) return
  const flags = MS_BIND | MS_REMOUNT | MS_RDONLY
  check(() => `cannot make ${target} read-only`, libc.mount('none', target, null, flags, null))
}

export interface OverlayLayers {
  readonly lower: string
  /** An empty or prepared directory on one file system with `work`. */
  readonly upper: string
  readonly work: string
}

export function mountOverlay(path: string, { lower, upper, work }: OverlayLayers): void {
  const layers = { lowerdir: lower, upperdir: upper, workdir: work }
  for (const layer of Object.values(layers)) {
    if (/[,:\\]/.test(layer))
      throw new Error(`an overlay cannot take a path with a comma, colon or backslash: ${layer}`)
  }
  const data = Object.entries(layers).map(([name, layer]) => `${name}=${layer}`)
  check(
    `cannot mount an overlay on ${path}`,
    libc.mount('overlay', path, 'overlay', MS_NOSUID | MS_NODEV, data.join(',')),
  )
}

/** Shows the processes of this process's own process namespace. */
export function mountProc(path: string): void {
  check(`cannot mount proc on ${path}`, libc.mount('proc', path, 'proc', MS_NOSUID | MS_NODEV | MS_NOEXEC, null))
}

/** The mount vanishes from the tree at once, and altogether when nobody uses it any more. */
export function unmount(path: string): void {
  check(`cannot unmount ${path}`, libc.umount2(path, MNT_DETACH))
}
