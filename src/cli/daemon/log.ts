// The daemon's own log: one line an event, with the time, on stderr, which is the lab's daemon.log.

import { writeSync } from 'node:fs'

/** Repeated lines are folded, so that a failure that is tried again for an hour stays readable. */
let last = ''
let repeats = 0

export function log(line: string): void {
  if (line === last) {
    repeats++
    return
  }
  if (repeats > 0) write(`the last line came ${repeats} more times`)
  last = line
  repeats = 0
  write(line)
}

export function logProblem(where: string, error: unknown): void {
  log(`${where}: ${error instanceof Error ? error.message : String(error)}`)
}

function write(line: string): void {
  try {
    // Not through process.stderr, which is closed for good by the first error.
    writeSync(2, `${new Date().toISOString()} ${line}\n`)
  } catch {
    // The disk is full: the line is lost, which is better than what it tells of.
  }
}
