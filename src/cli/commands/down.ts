// `fairway down`: stops a lab and removes everything of it.
import { parseArgs } from 'node:util'
import { controlClient } from '../../lab/daemon/control.ts'
import { removeStateDirectory } from '../../lab/daemon/state-directory.ts'
import { stopDaemon } from '../../lab/daemon/stop.ts'
import { type Command, exit } from '../command.ts'
import { findLab, knownLabs } from '../find-lab.ts'
import type { LabCalls, LabEvent } from '../lab-calls.ts'

const graceMs = 10_000

export const down: Command = {
  name: 'down',
  summary: 'Stop a lab and remove everything of it',
  usage: `Usage: fairway down [--name LAB | --all] [--keep]

Ends the lab's processes; its namespaces, rules and mounts end with them. The state (objects, kubeconfig, log) is removed too,
unless --keep is given: then 'fairway up' resumes it.

  --name LAB   which lab, when there are several
  --all        every lab of this user
  --keep       keep the state`,
  async run(args, io) {
    const { values } = parseArgs({
      args: [...args],
      options: { name: { type: 'string' }, all: { type: 'boolean' }, keep: { type: 'boolean' } },
    })
    for (const state of values.all === true ? knownLabs(io) : [findLab(values.name, io)]) {
      const control = controlClient<LabCalls, LabEvent>(state.controlSocket)
      const keepState = values.keep === true
      const ended = await stopDaemon(state, { ask: () => control.call('shutdown', { keepState }), graceMs })
      if (!keepState) removeStateDirectory(state)
      if (ended === undefined)
        io.note(
          keepState ? `lab ${state.lab} was not running` : `lab ${state.lab} was not running; its state is removed`,
        )
      else
        io.note(
          `lab ${state.lab} is down${keepState ? '; its state is kept' : ''}${ended ? '' : ' (it had to be killed)'}`,
        )
    }
    return exit.good
  },
}
