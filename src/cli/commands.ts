// The list of commands, in the order in which help prints them; each is loaded only when it is used.
import type { Command } from './command.ts'

interface Row {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<Command>
}

const rows: readonly Row[] = [
  {
    name: 'up',
    summary: 'Start a lab: the whole network on this machine, with real packets',
    load: async () => (await import('./commands/up.ts')).up,
  },
  {
    name: 'status',
    summary: 'What runs, and what can be reached from where',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    name: 'exec',
    summary: 'Run a program as one of the lab’s machines',
    load: async () => (await import('./commands/exec.ts')).exec,
  },
  {
    name: 'kubeconfig',
    summary: 'Print the kubeconfig of a lab',
    load: async () => (await import('./commands/kubeconfig.ts')).kubeconfig,
  },
  {
    name: 'logs',
    summary: 'Print what the lab’s daemon did',
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  {
    name: 'down',
    summary: 'Stop a lab and remove everything of it',
    load: async () => (await import('./commands/down.ts')).down,
  },
  {
    name: 'check',
    summary: 'Find mistakes in a folder of YAML',
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'trace',
    summary: 'Over which hops a connection goes, and whether it arrives',
    load: async () => (await import('./commands/trace.ts')).trace,
  },
  {
    name: 'render',
    summary: 'Print the Kubernetes objects that a site stands for',
    load: async () => (await import('./commands/render.ts')).render,
  },
]

export async function findCommand(name: string): Promise<Command | undefined> {
  return await rows.find(row => row.name === name)?.load()
}

export function helpText(version: string): string {
  const width = Math.max(...rows.map(row => row.name.length))
  return [
    `Fairway ${version}: the network of a bare-metal Kubernetes cluster as one piece of software.`,
    '',
    'Usage: fairway COMMAND [OPTIONS]',
    '',
    ...rows.map(row => `  ${row.name.padEnd(width)}   ${row.summary}`),
    '',
    "'fairway help COMMAND' says more; 'fairway --version' prints the version.",
  ].join('\n')
}
