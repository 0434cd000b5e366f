// Brings the lines of NGINX's access log to whoever reads them, without ever making NGINX wait.
import {
  closeSync,
  existsSync,
  type FSWatcher,
  fstatSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  watch,
} from 'node:fs'
import { basename, dirname } from 'node:path'

export interface FollowOptions {
  readonly path: string
  readonly onChunk: (chunk: Uint8Array) => void
  /** Makes NGINX open the file anew: SIGUSR1 to the master. */
  readonly reopen: () => void
}

/** Several writes of NGINX's become one read. */
const gatherMs = 50
const chunkBytes = 256 * 1024
/** More than this at once is a load test: passing on every line would take the processor from the proxy itself. */
const longestBacklogBytes = 1024 * 1024
const keptBytes = 128 * 1024
const rotateAtBytes = 16 * 1024 * 1024
/** Time for all workers to write what they hold and to change over to the new file. */
const rotateMs = 1000

export interface LogFollower {
  /** Passes on what is there now. */
  flush(): void
  close(): void
}

/** A file, not a pipe: a pipe that nobody reads in time stops the workers. It is cut off by renaming, so no line is lost. */
export function followLog({ path, onChunk, reopen }: FollowOptions): LogFollower {
  const buffer = Buffer.alloc(chunkBytes)
  let file: number | undefined
  let offset = 0
  let timer: NodeJS.Timeout | undefined
  let rotating: NodeJS.Timeout | undefined
  let closed = false

  function read(): void {
    timer = undefined
    if (closed) return
    if (file === undefined) {
      if (!existsSync(path)) return
      file = openSync(path, 'r')
      offset = 0
    }
    const size = fstatSync(file).size
    if (size - offset > longestBacklogBytes) skipTo(file, size - keptBytes)
    for (;;) {
      const count = readSync(file, buffer, 0, chunkBytes, offset)
      if (count === 0) break
      offset += count
      onChunk(Buffer.from(buffer.subarray(0, count)))
    }
    if (offset >= rotateAtBytes && rotating === undefined) rotate()
  }

  /** To the start of a line, and says how much was left out. */
  function skipTo(from: number, position: number): void {
    const count = readSync(from, buffer, 0, 64 * 1024, position)
    const end = buffer.subarray(0, count).indexOf(0x0a)
    const next = position + (end < 0 ? count : end + 1)
    onChunk(
      Buffer.from(
        `fairway: ${next - offset} bytes of access log left out: written faster than they can be passed on\n`,
      ),
    )
    offset = next
  }

  function rotate(): void {
    renameSync(path, `${path}.old`)
    reopen()
    rotating = setTimeout(() => {
      rotating = undefined
      if (closed) return
      read()
      if (file !== undefined) closeSync(file)
      file = undefined
      rmSync(`${path}.old`, { force: true })
      read()
    }, rotateMs)
  }

  const watcher: FSWatcher = watch(dirname(path), (_event, name) => {
    if (name !== basename(path) && name !== `${basename(path)}.old`) return
    timer ??= setTimeout(read, gatherMs)
  })
  // A directory that goes away with its pod ends the watch; nothing is left to read then.
  watcher.on('error', () => {})

  return {
    flush: read,
    close() {
      if (closed) return
      clearTimeout(timer)
      clearTimeout(rotating)
      read()
      closed = true
      watcher.close()
      if (file !== undefined) closeSync(file)
    },
  }
}
