// Does this machine have what a lab needs? What is missing is installed when that is allowed, and named otherwise.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Io, UndecidedError } from './command.ts'

/** Programs that a lab starts; `scripts/debian-packages run` names the packages that bring them. */
const programs = ['nginx', 'unbound', 'nft', 'ip', 'busybox', 'curl', 'unshare', 'nsenter', 'setpriv']

export function ensureMachine(io: Io): void {
  if (process.platform !== 'linux') {
    throw new UndecidedError(
      `a lab needs Linux: it is made of network namespaces. On ${process.platform} 'fairway check' and 'fairway render' work`,
    )
  }
  const missing = programs.filter(program => !isInstalled(program, io))
  if (missing.length === 0) return
  const scripts = scriptsDirectory()
  const packages = spawnSync(join(scripts, 'debian-packages'), ['run'], { encoding: 'utf8' })
    .stdout.split(/\s+/)
    .filter(name => name !== '')
  const { status } = spawnSync(join(scripts, 'ensure-debian'), packages, { stdio: ['ignore', 2, 2] })
  const left = programs.filter(program => !isInstalled(program, io))
  if (left.length === 0) return
  throw new UndecidedError(`this machine lacks ${left.join(', ')}; ${advice(status, io)}`)
}

/** What to do now, given how the installation ended. */
function advice(status: number | null, io: Io): string {
  if (status === 0)
    return 'the Debian packages that bring them count as installed: apt-get install --reinstall mends them'
  if (isInstalled('apt-get', io)) return 'the command above installs what is missing'
  return "install them with this machine's package manager"
}

/** Debian keeps servers in /usr/sbin, which is not in an ordinary user's PATH. */
function isInstalled(program: string, io: Io): boolean {
  const directories = [...(io.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']
  return directories.some(directory => {
    const path = join(directory, program)
    if (!existsSync(path)) return false
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

function scriptsDirectory(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  return existsSync(join(here, 'ensure-debian')) ? here : join(here, '..', '..', 'scripts')
}
