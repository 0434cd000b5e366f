// `fairway status`: what runs, and what can be reached from where.
import { parseArgs } from 'node:util'
import { runningDaemon } from '../../lab/daemon/state-directory.ts'
import { formatTable } from '../../view/table.ts'
import { type Command, exit, type Io, UsageError } from '../command.ts'
import { findRunningLab, knownLabs } from '../find-lab.ts'
import type { LabStatus } from '../lab-calls.ts'
import { reachTable } from '../reach-table.ts'

export const status: Command = {
  name: 'status',
  summary: 'What runs, and what can be reached from where',
  usage: `Usage: fairway status [--name LAB] [-o table|json|name]

  --name LAB   which lab, when several run
  -o FORMAT    table (default), json, or name: just the labs and whether they run

Exit code 1: something that should run does not.`,
  async run(args, io) {
    const { values } = parseArgs({
      args: [...args],
      options: { name: { type: 'string' }, output: { type: 'string', short: 'o', default: 'table' } },
    })
    if (!['table', 'json', 'name'].includes(values.output))
      throw new UsageError(`-o takes table, json or name, not ${JSON.stringify(values.output)}`)
    if (values.output === 'name') return printLabs(io)
    const { control } = findRunningLab(values.name, io)
    const found = await control.call('status', null)
    io.out(values.output === 'json' ? JSON.stringify(asDocument(found), null, 2) : describe(found))
    return found.notReady.length === 0 && found.machines.every(machine => machine.ready !== false)
      ? exit.good
      : exit.bad
  },
}

function printLabs(io: Io): number {
  for (const state of knownLabs(io))
    io.out(`${state.lab}\t${runningDaemon(state) === undefined ? 'stopped' : 'running'}`)
  return exit.good
}

function asDocument(found: LabStatus): object {
  return { apiVersion: 'fairway.dev/v1', kind: 'LabStatus', ...found }
}

function describe(found: LabStatus): string {
  const machines = found.machines.map(machine => [
    machine.name,
    machine.kind,
    machine.ready === undefined ? '' : machine.ready ? 'Ready' : 'NotReady',
    machine.addresses.join(','),
  ])
  const { pods } = found
  return [
    `lab ${found.lab}: ${pods.ready} of ${pods.total} pods ready, up since ${found.startedAt}, ${Math.round(found.memoryBytes / 1e6)} MB`,
    `API server ${found.server}, kubeconfig ${found.kubeconfig}`,
    '',
    formatTable([['MACHINE', 'KIND', 'STATUS', 'ADDRESS'], ...machines]),
    '',
    reachTable(found.reach),
    ...(found.notReady.length === 0 ? [] : ['', 'Not as it should be:', ...found.notReady.map(line => `  ${line}`)]),
  ].join('\n')
}
