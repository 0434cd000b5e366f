// What the processes of one NGINX use: processor time, memory, bytes; counters that survive the workers of a reload.
import { readFileSync } from 'node:fs'

export interface ProcessUsage {
  readonly processes: number
  readonly cpuSeconds: number
  readonly residentBytes: number
  readonly virtualBytes: number
  readonly readBytes: number
  readonly writtenBytes: number
  /** Seconds since the epoch; 0 when nothing runs. */
  readonly oldestStartSeconds: number
}

interface Sample {
  readonly cpuTicks: number
  readonly residentPages: number
  readonly virtualBytes: number
  readonly startTicks: number
  readonly readBytes: number
  readonly writtenBytes: number
}

/** `USER_HZ`, which is 100 on every architecture that Node runs on. */
const ticksPerSecond = 100
const pageBytes = 4096

export class ProcessMeter {
  readonly #live = new Map<string, Sample>()
  #ended = { cpuTicks: 0, readBytes: 0, writtenBytes: 0 }

  measure(pids: readonly number[]): ProcessUsage {
    const seen = new Map<string, Sample>()
    for (const pid of pids) {
      const sample = read(pid)
      // A number is used again one day; the start time makes it the same process.
      if (sample !== undefined) seen.set(`${pid} ${sample.startTicks}`, sample)
    }
    for (const [id, sample] of this.#live) if (!seen.has(id)) this.#addEnded(sample)
    this.#live.clear()
    for (const [id, sample] of seen) this.#live.set(id, sample)
    const sum = (value: (sample: Sample) => number): number =>
      [...seen.values()].reduce((total, sample) => total + value(sample), 0)
    const oldest = Math.min(...[...seen.values()].map(sample => sample.startTicks))
    return {
      processes: seen.size,
      cpuSeconds: (this.#ended.cpuTicks + sum(sample => sample.cpuTicks)) / ticksPerSecond,
      residentBytes: sum(sample => sample.residentPages) * pageBytes,
      virtualBytes: sum(sample => sample.virtualBytes),
      readBytes: this.#ended.readBytes + sum(sample => sample.readBytes),
      writtenBytes: this.#ended.writtenBytes + sum(sample => sample.writtenBytes),
      oldestStartSeconds: seen.size === 0 ? 0 : bootSeconds() + oldest / ticksPerSecond,
    }
  }

  #addEnded(sample: Sample): void {
    this.#ended = {
      cpuTicks: this.#ended.cpuTicks + sample.cpuTicks,
      readBytes: this.#ended.readBytes + sample.readBytes,
      writtenBytes: this.#ended.writtenBytes + sample.writtenBytes,
    }
  }
}

function read(pid: number): Sample | undefined {
  try {
    // The name in parentheses may hold anything; the numbers start after its end (proc(5)).
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const io = readFileSync(`/proc/${pid}/io`, 'utf8')
    return {
      cpuTicks: (fields[11] ?? 0) + (fields[12] ?? 0),
      startTicks: fields[19] ?? 0,
      virtualBytes: fields[20] ?? 0,
      residentPages: fields[21] ?? 0,
      readBytes: Number(/^rchar: (\d+)/m.exec(io)?.[1] ?? 0),
      writtenBytes: Number(/^wchar: (\d+)/m.exec(io)?.[1] ?? 0),
    }
  } catch {
    return undefined
  }
}

function bootSeconds(): number {
  return Number(/^btime (\d+)/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1] ?? 0)
}
