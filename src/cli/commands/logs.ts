// `fairway logs`: prints what a lab's daemon did.
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { runningDaemon } from '../../lab/daemon/state-directory.ts'
import { type Command, exit, UndecidedError, UsageError } from '../command.ts'
import { findLab } from '../find-lab.ts'

const pollMs = 200

export const logs: Command = {
  name: 'logs',
  summary: 'Print what the lab’s daemon did',
  usage: `Usage: fairway logs [--name LAB] [-f] [--tail N]

The daemon's own log: what it started, what failed and was tried again. What pods print is in 'kubectl logs'.

  -f, --follow   go on until the lab ends
  --tail N       only the last N lines`,
  async run(args, io) {
    const { values } = parseArgs({
      args: [...args],
      options: { name: { type: 'string' }, follow: { type: 'boolean', short: 'f' }, tail: { type: 'string' } },
    })
    if (values.tail !== undefined && !/^\d+$/.test(values.tail))
      throw new UsageError(`--tail takes a number of lines, not ${JSON.stringify(values.tail)}`)
    const state = findLab(values.name, io)
    if (statSync(state.log, { throwIfNoEntry: false }) === undefined)
      throw new UndecidedError(`lab ${state.lab} has no log yet`)
    const file = openSync(state.log, 'r')
    try {
      const lines = readFrom(file, 0).text.split('\n')
      const text = values.tail === undefined ? lines : lines.slice(-Number(values.tail) - 1)
      process.stdout.write(text.join('\n'))
      let position = statSync(state.log).size
      while (values.follow === true && runningDaemon(state) !== undefined) {
        await sleep(pollMs)
        const more = readFrom(file, position)
        process.stdout.write(more.text)
        position = more.end
      }
    } finally {
      closeSync(file)
    }
    return exit.good
  },
}

function readFrom(file: number, start: number): { text: string; end: number } {
  const chunks: Buffer[] = []
  let end = start
  for (;;) {
    const chunk = Buffer.alloc(64 * 1024)
    const count = readSync(file, chunk, 0, chunk.length, end)
    if (count === 0) return { text: Buffer.concat(chunks).toString('utf8'), end }
    chunks.push(chunk.subarray(0, count))
    end += count
  }
}
