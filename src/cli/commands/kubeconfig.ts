// `fairway kubeconfig`: prints how to reach a lab's API server.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Command, exit, UndecidedError } from '../command.ts'
import { findLab } from '../find-lab.ts'

export const kubeconfig: Command = {
  name: 'kubeconfig',
  summary: 'Print the kubeconfig of a lab',
  usage: `Usage: fairway kubeconfig [--name LAB] [--path]

Prints the kubeconfig with its client key, or only the path of the file:

  export KUBECONFIG=$(fairway kubeconfig --path)

  --name LAB   which lab, when several run
  --path       print where the file is instead of what is in it`,
  async run(args, io) {
    const { values } = parseArgs({ args: [...args], options: { name: { type: 'string' }, path: { type: 'boolean' } } })
    const state = findLab(values.name, io)
    let text: string
    try {
      text = readFileSync(state.kubeconfig, 'utf8')
    } catch (error) {
      throw new UndecidedError(
        `lab ${state.lab} has no kubeconfig yet: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
    io.out(values.path === true ? state.kubeconfig : text.trimEnd())
    return exit.good
  },
}
