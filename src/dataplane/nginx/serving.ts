// Where an NGINX runs, as the applier sees it: a pod of the lab, or a directory and loopback in a test.
import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import type { RunResult } from '../../sys/runner.ts'
import type { ProxyPlace } from './proxy-options.ts'

export interface Serving {
  readonly place: ProxyPlace
  /** `place.directory` as this process reaches it. */
  readonly directory: string
  /** Starts NGINX in the foreground, in a process group of its own; its stderr is a pipe. */
  start(args: readonly string[]): ChildProcess
  /** Runs NGINX to its end in the very same place: same files, same addresses, same rights. `master` is there already, if any is. */
  test(args: readonly string[], master: number | undefined): Promise<RunResult>
  /** To loopback in the place. */
  connect(port: number): Socket
  /** The master as this process sees it: the child itself, or what the child's namespaces hide. */
  masterOf(child: ChildProcess): number | undefined
}
