// How a network namespace is made, entered for the length of one synchronous call, and removed.
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { closeSync, mkdirSync, openSync, stat, unlinkSync, writeSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { check, lastErrno, libc, SystemCallError } from './libc.ts'
import type { NetNamespace } from './namespace.ts'
import { runProgram, spawnProgram } from './programs.ts'
import type { RunOptions, RunResult } from './runner.ts'
import { connectTcp, listenTcp } from './sockets.ts'

const CLONE_NEWNET = 0x40000000
const MS_BIND = 0x1000
const MNT_DETACH = 2

export const namespaceDirectory = '/run/netns'

/** The namespaces this thread has entered and not left, innermost last, below them its own. Calls to `inside` may nest. */
const stay: number[] = []

/**
 * Makes a namespace with loopback down and binds it to `/run/netns/<name>`. Throws `SystemCallError`: EEXIST when
 * the name is taken, EPERM without the right to make namespaces.
 */
export function createNamespace(name: string): NetNamespace {
  const path = pathOf(name)
  mkdirSync(namespaceDirectory, { recursive: true })
  enterHome()
  closeSync(createMountPoint(path, name))
  try {
    check(`cannot make the network namespace ${name}`, libc.unshare(CLONE_NEWNET))
    try {
      check(
        `cannot bind the network namespace to ${path}`,
        libc.mount('/proc/thread-self/ns/net', path, null, MS_BIND, null),
      )
    } finally {
      returnTo(current(), name)
    }
  } catch (error) {
    unlinkSync(path)
    throw error
  }
  return openNamespace(name)
}

/** The namespace bound to `/run/netns/<name>`, whoever made it. Disposing of it removes it. */
export function openNamespace(name: string): NetNamespace {
  enterHome()
  return new BoundNamespace(name, pathOf(name))
}

/** The namespace as an open descriptor, for `add-veth`. Valid until the namespace is disposed of. */
export function networkDescriptor(namespace: NetNamespace): number {
  if (namespace instanceof BoundNamespace) return namespace.fd
  throw new Error(`${namespace.name} was not made here`)
}

/** Lets go of a namespace that stays bound to its path, for others to open. It cannot be used here any more. */
export function releaseDescriptor(namespace: NetNamespace): void {
  if (namespace instanceof BoundNamespace) namespace.release()
}

class BoundNamespace implements NetNamespace {
  readonly name: string
  readonly path: string
  /** An open descriptor, so that entering is one system call without a path lookup. -1 once disposed of. */
  #fd: number

  constructor(name: string, path: string) {
    this.name = name
    this.path = path
    this.#fd = openSync(path, 'r')
  }

  get fd(): number {
    if (this.#fd < 0) throw new Error(`the network namespace ${this.name} is removed already`)
    return this.#fd
  }

  release(): void {
    if (this.#fd >= 0) closeSync(this.#fd)
    this.#fd = -1
  }

  inside<T>(work: () => T): T {
    check(() => `cannot enter the network namespace ${this.name}`, libc.setns(this.fd, CLONE_NEWNET))
    stay.push(this.fd)
    try {
      const result = work()
      if (result instanceof Promise) {
        // An async function would go on outside from its first await: never what its author meant.
        result.catch(() => {})
        throw new TypeError(
          `work inside the network namespace ${this.name} must be synchronous, but it returned a promise`,
        )
      }
      return result
    } finally {
      stay.pop()
      returnTo(current(), this.name)
    }
  }

  spawn(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
    return this.inside(() => spawnProgram(command, args, options))
  }

  run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    return runProgram(this, command, args, options)
  }

  listen(server: Server, port: number): void {
    this.inside(() => listenTcp(server, { port }))
  }

  connect(address: string, port: number): Socket {
    return this.inside(() => connectTcp(address, port))
  }

  /** The kernel removes the namespace when nothing runs or listens in it any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#fd < 0) return
    this.release()
    check(() => `cannot unbind ${this.path}`, libc.umount2(this.path, MNT_DETACH))
    unlinkSync(this.path)
  }
}

function pathOf(name: string): string {
  if (!/^[a-z0-9][a-z0-9._-]{0,199}$/i.test(name)) {
    throw new Error(`not a name for a network namespace: ${JSON.stringify(name)}; use letters, digits, dots and dashes`)
  }
  return `${namespaceDirectory}/${name}`
}

function createMountPoint(path: string, name: string): number {
  try {
    return openSync(path, 'wx', 0o444)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') {
      throw new SystemCallError(`cannot make the network namespace ${name}`, 17, `${path} is there`)
    }
    throw error
  }
}

/**
 * Opens the thread's own namespace before the first visit to another one. Node starts its pool of helper threads with the
 * first asynchronous file operation, and threads are born into the namespace of the thread that makes them; so the
 * pool is started here, at home.
 */
function enterHome(): void {
  if (stay.length > 0) return
  stay.push(openSync('/proc/thread-self/ns/net', 'r'))
  stat('/', () => {})
}

function current(): number {
  const fd = stay.at(-1)
  if (fd === undefined) throw new Error('the home namespace was never opened')
  return fd
}

function returnTo(fd: number, left: string): void {
  if (libc.setns(fd, CLONE_NEWNET) === 0) return
  // Going on would make every later socket and program land in a stranger's network. There is no safe way on.
  writeSync(2, `fairway: cannot leave the network namespace ${left} (errno ${lastErrno()}); stopping at once\n`)
  libc.abort()
}
