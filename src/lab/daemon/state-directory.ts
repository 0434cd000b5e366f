// Where a lab keeps what must outlive its processes, and which labs there are.
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { isAlive, type ProcessIdentity } from '../../sys/processes.ts'

/** Only paths; nothing exists until `createStateDirectory`. */
export interface StateDirectory {
  readonly lab: string
  readonly path: string
  /** Holds client keys: mode 0600. */
  readonly kubeconfig: string
  readonly database: string
  readonly controlSocket: string
  readonly log: string
  readonly lock: string
  /** Who runs the lab: a `DaemonRecord`. */
  readonly record: string
}

/** What the launcher leaves for later commands. */
export interface DaemonRecord {
  /** The process above the lab's namespaces; its only child is their first process. */
  readonly supervisor: ProcessIdentity
  /** The host's loopback ports, by the name of the socket. */
  readonly ports: Readonly<Record<string, number>>
  /** True when it runs inside a user namespace. */
  readonly rootless: boolean
  /** ms since the epoch. */
  readonly startedAt: number
}

/** `$FAIRWAY_STATE_DIR`, `/var/lib/fairway` for root, `$XDG_STATE_HOME/fairway` or `~/.local/state/fairway`. */
export function stateRoot(env: NodeJS.ProcessEnv, userId: number): string {
  if (env.FAIRWAY_STATE_DIR) return resolve(env.FAIRWAY_STATE_DIR)
  if (userId === 0) return '/var/lib/fairway'
  return join(env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state'), 'fairway')
}

/** Throws when the name cannot be a directory's and a host's. */
export function stateDirectory(root: string, lab: string): StateDirectory {
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(lab)) {
    throw new Error(`not a name for a lab: ${JSON.stringify(lab)}; use up to 40 lower-case letters, digits and dashes`)
  }
  const path = join(root, lab)
  const controlSocket = join(path, 'control.sock')
  // The kernel's limit for the path of a Unix socket is 107 bytes (unix(7)).
  if (Buffer.byteLength(controlSocket) > 107) {
    throw new Error(
      `the state directory ${path} has too long a path for a socket; set FAIRWAY_STATE_DIR to a shorter one`,
    )
  }
  return {
    lab,
    path,
    kubeconfig: join(path, 'kubeconfig'),
    database: join(path, 'state.db'),
    controlSocket,
    log: join(path, 'daemon.log'),
    lock: join(path, 'lock'),
    record: join(path, 'daemon.json'),
  }
}

/** Who could read the keys, and write the objects that the lab starts with. */
export class ForeignStateDirectory extends Error {}

/** Throws when it is there and another user's. */
export function createStateDirectory(state: StateDirectory): void {
  mkdirSync(state.path, { recursive: true, mode: 0o700 })
  const owner = statSync(state.path).uid
  if (owner !== process.getuid?.()) throw new ForeignStateDirectory(`it belongs to another user, whose id is ${owner}`)
  // It may have been there with another mode, and the umask has a say in mkdir's.
  chmodSync(state.path, 0o700)
}

/** Forgets the lab. To be called when nothing of it runs. */
export function removeStateDirectory(state: StateDirectory): void {
  try {
    rmSync(state.path, { recursive: true, force: true })
  } catch (error) {
    // A disk of its own is mounted there: it has been emptied, and the folder is not ours to remove.
    if (!(error instanceof Error && 'code' in error && error.code === 'EBUSY')) throw error
  }
}

/** Removes the traces of a process that is gone, and keeps what the next start resumes. */
export function clearRuntimeFiles(state: StateDirectory): void {
  for (const file of [state.record, state.controlSocket]) rmSync(file, { force: true })
}

/** Writes a file that others must not read, whole or not at all. */
export function writePrivateFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(draft, text, { mode: 0o600 })
    renameSync(draft, path)
  } catch (error) {
    rmSync(draft, { force: true })
    throw error
  }
}

export function writeDaemonRecord(state: StateDirectory, record: DaemonRecord): void {
  writePrivateFile(state.record, `${JSON.stringify(record, undefined, 2)}\n`)
}

/** Undefined unless the lab runs at this moment. */
export function runningDaemon(state: StateDirectory): DaemonRecord | undefined {
  const record = readRecord(state.record)
  return record !== undefined && isAlive(record.supervisor) ? record : undefined
}

/** Every lab with a state directory, by name; running or not. */
export function listLabs(root: string): readonly StateDirectory[] {
  let names: string[]
  try {
    names = readdirSync(root)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
  return names
    .filter(name => /^[a-z0-9-]+$/.test(name) && statSync(join(root, name)).isDirectory())
    .sort()
    .map(name => stateDirectory(root, name))
}

function readRecord(path: string): DaemonRecord | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return isRecord(value) ? value : undefined
  } catch {
    // Missing, or cut short by a full disk: either way it names no running daemon.
    return undefined
  }
}

function isRecord(value: unknown): value is DaemonRecord {
  if (typeof value !== 'object' || value === null || !('supervisor' in value)) return false
  const { supervisor } = value
  return typeof supervisor === 'object' && supervisor !== null && 'pid' in supervisor && 'startTicks' in supervisor
}
