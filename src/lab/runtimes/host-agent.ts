// How does a node's agent pod run: nothing to serve, but programs that are run in it see the node's network?
import type { ExecOptions, ExecSession } from '../../apiserver/pod-streams.ts'
import { findDisks, makeDisksReadOnly } from '../../sys/read-only-machine.ts'
import type { ContainerContext, ContainerExit, RunningContainer, Runtime } from '../runtime.ts'
import { nodeVariable, writeAgentPrograms } from './agent-programs.ts'
import { startProgram } from './container-root/program.ts'
import { execScript } from './container-root/setup-script.ts'

export interface HostAgentOptions {
  /** Which containers are agents, by the name of the container and the image's last part. */
  readonly containerNames: ReadonlySet<string>
  /** Programs that only agents have: where they are put, before everything else in PATH, and the socket that they ask. */
  readonly programs?: { readonly directory: string; readonly socket: string }
  /** The node's own view (host name, resolver) around a command; the command as it is when absent. */
  readonly command?: (nodeName: string, argv: readonly string[]) => readonly string[]
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export function createHostAgent(options: HostAgentOptions): Runtime {
  if (options.programs !== undefined) writeAgentPrograms(options.programs.directory, options.programs.socket)
  return {
    name: 'host-agent',
    matches: (container, pod) => pod.spec?.hostNetwork === true && options.containerNames.has(container.name),
    describe: image => `Container image "${image}" is played by Fairway's own agent in the node's network`,
    start: async context => startAgent(context, options),
  }
}

function startAgent(context: ContainerContext, options: HostAgentOptions): RunningContainer {
  const { promise, resolve } = Promise.withResolvers<ContainerExit>()
  const { namespace, nodeName, env, log, pod } = context
  const path = process.env.PATH ?? defaultPath
  const sessions = new Set<ExecSession>()
  log('stdout', `agent of node ${nodeName} (pod ${pod.metadata.name}): its network is the node's\n`)
  return {
    exited: promise,
    exec: async ({ command, tty, stdin }: ExecOptions) => {
      // A mount namespace for itself in any case: the machine's disks are read-only in it.
      const argv = [
        'unshare',
        '--mount',
        '--',
        'sh',
        '-c',
        `${findDisks}${makeDisksReadOnly}${execScript}`,
        'sh',
        '/',
        ...command,
      ]
      const { session } = startProgram(namespace, {
        command: options.command?.(nodeName, argv) ?? argv,
        env: {
          HOSTNAME: nodeName,
          HOME: '/root',
          [nodeVariable]: nodeName,
          ...(tty && { TERM: 'xterm' }),
          ...env,
          PATH: options.programs === undefined ? path : `${options.programs.directory}:${path}`,
        },
        tty,
        stdin,
      })
      sessions.add(session)
      void session.exit.then(() => sessions.delete(session))
      return session
    },
    stop: async () => {
      for (const session of sessions) session.kill()
      await Promise.all([...sessions].map(session => session.exit))
      resolve({ exitCode: 0, reason: 'Completed' })
    },
  }
}
