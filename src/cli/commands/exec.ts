// `fairway exec`: runs a program of this machine as one of the lab's machines.
import { enterCommand, runEntered } from '../../lab/daemon/enter.ts'
import { type Command, UndecidedError, UsageError } from '../command.ts'
import { findRunningLab } from '../find-lab.ts'

export const exec: Command = {
  name: 'exec',
  summary: 'Run a program as one of the lab’s machines',
  usage: `Usage: fairway exec [--name LAB] MACHINE [--] COMMAND [ARG...]

Runs any program of this host with the machine's network, resolver, host name and trusted certificates. MACHINE is a node, 'laptop',
'router' or 'internet'; programs in a pod run with kubectl exec. Terminal, exit code and signals are passed through.

  fairway exec laptop -- curl https://echo.anton.example/
  fairway exec k8s-1 -- ip route`,
  async run(args, io) {
    const { name, machine, command } = readArguments(args)
    const { record, control } = findRunningLab(name, io)
    const door = await control.call('door', { machine }).catch((error: Error) => {
      throw new UndecidedError(error.message)
    })
    return await runEntered(enterCommand(record, door, command))
  },
}

/** Everything behind the machine's name belongs to the program, with or without `--`. */
function readArguments(args: readonly string[]): { name?: string; machine: string; command: readonly string[] } {
  const rest = [...args]
  let name: string | undefined
  while (rest[0]?.startsWith('-')) {
    const option = rest.shift() ?? ''
    if (option === '--name') name = rest.shift()
    else if (option.startsWith('--name=')) name = option.slice('--name='.length)
    else throw new UsageError(`unknown option ${option} before the machine's name`)
  }
  const machine = rest.shift()
  if (rest[0] === '--') rest.shift()
  if (machine === undefined || rest.length === 0)
    throw new UsageError('say which machine and which command: fairway exec laptop -- ip route')
  return { ...(name === undefined ? {} : { name }), machine, command: rest }
}
