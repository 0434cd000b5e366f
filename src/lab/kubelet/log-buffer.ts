// What did a container print, line by line with the time, in bounded memory?
import { Readable } from 'node:stream'
import { formatNanoTime } from './format-time.ts'

export interface LogLimits {
  readonly lines: number
  readonly bytes: number
}

export const defaultLogLimits: LogLimits = { lines: 10_000, bytes: 1_048_576 }

/** A line longer than this is split, as containerd does. */
const longestLineBytes = 16_384

export interface ReadLogOptions {
  readonly follow: boolean
  readonly timestamps: boolean
  readonly tailLines?: number
  readonly limitBytes?: number
  readonly sinceMs?: number
  readonly signal: AbortSignal
}

/** `text` holds one byte per character (latin1), so that output which is not UTF-8 comes back unchanged. */
interface Line {
  readonly timeMs: number
  readonly text: string
}

type Stream = 'stdout' | 'stderr'

export class LogBuffer {
  readonly #now: () => number
  readonly #limits: LogLimits
  /** Lines from `#head` on are kept; the slots before it are freed now and then, not line by line. */
  #lines: Line[] = []
  #head = 0
  #bytes = 0
  /** Number of lines that were dropped for good, so that a reader's place stays valid while lines go. */
  #dropped = 0
  readonly #partial: Record<Stream, string> = { stdout: '', stderr: '' }
  #ended = false
  /** Readers that have seen everything and wait for more. */
  readonly #waiting = new Set<() => void>()

  constructor(now: () => number, limits: LogLimits = defaultLogLimits) {
    this.#now = now
    this.#limits = limits
  }

  append(stream: Stream, chunk: string | Uint8Array): void {
    if (this.#ended) return
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk
    const text =
      this.#partial[stream] + Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    let start = 0
    for (;;) {
      const newline = text.indexOf('\n', start)
      if (newline < 0) break
      this.#push(text.slice(start, newline))
      start = newline + 1
    }
    let rest = start === 0 ? text : text.slice(start)
    while (rest.length > longestLineBytes) {
      this.#push(rest.slice(0, longestLineBytes))
      rest = rest.slice(longestLineBytes)
    }
    this.#partial[stream] = rest
    if (start > 0) this.#notify()
  }

  /** Nothing follows any more: unfinished lines are kept as they are, and readers come to their end. */
  end(): void {
    if (this.#ended) return
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#partial[stream] !== '') this.#push(this.#partial[stream])
      this.#partial[stream] = ''
    }
    this.#ended = true
    this.#notify()
  }

  /** The last lines as text, at most `bytes` of them; for a termination message. */
  tail(lines: number, bytes: number): string {
    const from = Math.max(this.#head, this.#lines.length - lines)
    return Buffer.from(
      this.#lines
        .slice(from)
        .map(line => `${line.text}\n`)
        .join(''),
      'latin1',
    )
      .subarray(-bytes)
      .toString()
  }

  /** Everything kept, with what has no line end yet. */
  raw(): Buffer {
    const lines = this.#lines.slice(this.#head).map(line => `${line.text}\n`)
    return Buffer.from(lines.join('') + this.#partial.stdout + this.#partial.stderr, 'latin1')
  }

  /** A stream of lines. It holds a place in the buffer, not a copy, and skips what was dropped while it was not read. */
  read(options: ReadLogOptions): Readable {
    const { signal, follow, timestamps } = options
    let place = this.#firstPlace(options)
    let budget = options.limitBytes ?? Number.POSITIVE_INFINITY
    const pump = () => {
      this.#waiting.delete(pump)
      place = Math.max(place, this.#dropped)
      const from = this.#head + place - this.#dropped
      const batch = this.#lines.slice(from, from + 500)
      if (budget <= 0 || (batch.length === 0 && (!follow || this.#ended))) {
        readable.push(null)
        return
      }
      if (batch.length === 0) {
        this.#waiting.add(pump)
        return
      }
      place += batch.length
      const text = batch.map(line => `${timestamps ? `${formatNanoTime(line.timeMs)} ` : ''}${line.text}\n`).join('')
      const bytes = Buffer.from(text, 'latin1').subarray(0, Math.min(text.length, budget))
      budget -= bytes.length
      readable.push(bytes)
    }
    const abort = () => readable.destroy()
    const readable = new Readable({
      read: pump,
      destroy: (error, done) => {
        this.#waiting.delete(pump)
        signal.removeEventListener('abort', abort)
        done(error)
      },
    })
    if (signal.aborted) readable.destroy()
    else signal.addEventListener('abort', abort, { once: true })
    return readable
  }

  #firstPlace({ tailLines, sinceMs }: ReadLogOptions): number {
    let from = this.#head
    if (sinceMs !== undefined) {
      while (from < this.#lines.length && (this.#lines[from]?.timeMs ?? 0) < sinceMs) from++
    }
    if (tailLines !== undefined) from = Math.max(from, this.#lines.length - tailLines)
    return from - this.#head + this.#dropped
  }

  #push(text: string): void {
    this.#lines.push({ timeMs: this.#now(), text })
    this.#bytes += text.length + 1
    while (this.#bytes > this.#limits.bytes || this.#lines.length - this.#head > this.#limits.lines) {
      this.#bytes -= (this.#lines[this.#head]?.text.length ?? 0) + 1
      this.#head++
      this.#dropped++
    }
    if (this.#head > 1024 && this.#head * 2 > this.#lines.length) {
      this.#lines = this.#lines.slice(this.#head)
      this.#head = 0
    }
  }

  #notify(): void {
    for (const pump of [...this.#waiting]) pump()
  }
}
