// What the commands and a running lab's daemon say to each other.
import type { LiveTrace } from '../analysis/trace/live.ts'
import type { TraceQuestion } from '../analysis/trace/trace.ts'
import type { Trace } from '../analysis/trace/trace-result.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Doorway } from '../lab/daemon/enter.ts'
import type { InputFile } from './read-input.ts'

/** Where something can be reached, and from whom: a row of the banner's table. */
export interface ReachRow {
  readonly from: string
  readonly url: string
  /** Ingress class, or the type of the Service. */
  readonly via: string
  readonly address: string
  readonly backend: string
}

export interface MachineStatus {
  readonly name: string
  readonly kind: 'node' | 'router' | 'host' | 'internet'
  readonly addresses: readonly string[]
  /** Nodes only: as Kubernetes sees it. */
  readonly ready?: boolean
}

export interface LabStatus {
  readonly lab: string
  readonly version: string
  /** Folder or file it was started from. */
  readonly input: string
  readonly server: string
  readonly kubeconfig: string
  readonly domain: string
  readonly startedAt: string
  readonly upMs: number
  readonly machines: readonly MachineStatus[]
  readonly pods: { readonly total: number; readonly ready: number }
  /** Workloads that are not as wanted: `Deployment/default/echo: 1 of 2 ready`. */
  readonly notReady: readonly string[]
  readonly reach: readonly ReachRow[]
  readonly memoryBytes: number
  readonly diagnostics: readonly Diagnostic[]
}

export type LabCalls = {
  readonly status: { readonly input: null; readonly output: LabStatus }
  /** The way into a machine (`laptop`) or a pod (`default/echo-…`). */
  readonly door: { readonly input: { readonly machine: string }; readonly output: Doorway }
  /** Applies the folder's changes to the running lab. The command reads the files, since the daemon sees other mounts. */
  readonly apply: {
    readonly input: { readonly files: readonly InputFile[] }
    readonly output: {
      readonly diagnostics: readonly Diagnostic[]
      /** `changed`: machines or ranges are others now, which a running lab cannot take up. */
      readonly site: 'current' | 'changed' | 'unusable'
    }
  }
  readonly trace: {
    readonly input: TraceQuestion & { readonly live: boolean }
    readonly output: { readonly trace: Trace; readonly live?: LiveTrace } | { readonly misread: string }
  }
  readonly shutdown: { readonly input: { readonly keepState: boolean }; readonly output: null }
}

export type LabEvent = { readonly kind: 'log'; readonly line: string }

/** What the daemon reports to the `up` that started it. */
export type DaemonReport =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'diagnostics'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'ready'; readonly status: LabStatus }
  /** The lab cannot come up; the daemon ends after this. */
  | { readonly kind: 'failed'; readonly exitCode: number; readonly message: string }

/** What `up` asks of the daemon it starts. */
export interface LabSettings {
  readonly input: string
  readonly cwd: string
}
