// A copy of this checkout somewhere else, as a fresh clone would be, for tests that must not touch the real one.
import { spawnSync } from 'node:child_process'
import { cpSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** Everything but what is fetched or built: a clone has neither. */
const notCloned = new Set(['.git', 'node_modules', 'dist', '.tools'])

export function copyCheckout(target: string): void {
  mkdirSync(target, { recursive: true })
  for (const name of readdirSync(root)) {
    if (!notCloned.has(name)) cpSync(join(root, name), join(target, name), { recursive: true })
  }
}

export interface Packed {
  readonly tarball: string
  readonly bytes: number
  readonly files: readonly string[]
}

/** `npm pack` in `tree`, which has packages installed. */
export function packTree(tree: string, target: string): Packed {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['pack', '--json', '--loglevel=error', '--pack-destination', target],
    {
      cwd: tree,
      encoding: 'utf8',
    },
  )
  if (status !== 0) throw new Error(`npm pack failed in ${tree}: ${stderr}`)
  // Some releases of npm let the build's own words through before the answer.
  const [packed] = Object.values(JSON.parse(stdout.slice(stdout.search(/^[[{]/m)))) as {
    filename: string
    size: number
    files: { path: string }[]
  }[]
  if (packed === undefined) throw new Error(`npm pack named no package: ${stdout}`)
  return {
    tarball: join(target, packed.filename),
    bytes: packed.size,
    files: packed.files.map(({ path }) => path).sort(),
  }
}

/** Folders of installed packages, with what belongs to them for this machine alone. */
export function installedPackages(names: readonly string[]): readonly string[] {
  return names.map(name => {
    const folder = join(root, 'node_modules', name)
    if (!lstatSync(folder).isDirectory()) throw new Error(`${dirname(folder)} has no ${name}`)
    return folder
  })
}
