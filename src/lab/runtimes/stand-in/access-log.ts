// Which requests are written to a stand-in's log, so that logging never costs more than serving?

/** Beyond this many lines in one second requests are counted, and one line then says how many were left out. */
export const defaultLinesPerSecond = 50

export class AccessLog {
  readonly #now: () => number
  readonly #write: (line: string) => void
  readonly #linesPerSecond: number
  #windowEndMs = 0
  #left: number
  #hidden = 0

  constructor(options: { now: () => number; write: (line: string) => void; linesPerSecond: number }) {
    this.#now = options.now
    this.#write = options.write
    this.#linesPerSecond = options.linesPerSecond
    this.#left = options.linesPerSecond
  }

  /** `line` is called only when there is room for it. */
  add(line: () => string): void {
    const now = this.#now()
    if (now >= this.#windowEndMs) {
      this.#windowEndMs = now + 1000
      this.#left = this.#linesPerSecond
      this.flush()
    }
    if (this.#left <= 0) {
      this.#hidden++
      return
    }
    this.#left--
    this.#write(`${line()}\n`)
  }

  /** Says what was left out so far. */
  flush(): void {
    if (this.#hidden > 0) this.#write(`(${this.#hidden} more requests are not shown)\n`)
    this.#hidden = 0
  }
}
