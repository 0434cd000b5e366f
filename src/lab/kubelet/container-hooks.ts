// What happens right after a container's start and right before its end?
import type { RunningContainer } from '../runtime.ts'
import type { ContainerHost } from './container-host.ts'
import type { ContainerSpec, HookSpec } from './pod-types.ts'
import type { ProbeResult } from './probes/run-probe.ts'
import { runHook } from './run-hook.ts'

/** A postStart hook may take this long; the API has no field for it. */
const longestPostStartMs = 60_000
/** However long a preStop hook took, the program itself gets this much, as the kubelet gives it. */
const leastGraceMs = 2000

/** False when the hook has failed, after which the container must be restarted. */
export async function afterStart(
  host: ContainerHost,
  spec: ContainerSpec,
  running: RunningContainer,
): Promise<boolean> {
  const hook = spec.lifecycle?.postStart
  if (hook === undefined) return true
  const result = await hookResult(hook, { host, spec, running, timeoutMs: longestPostStartMs })
  if (result.ok) return true
  host.event(
    { type: 'Warning', reason: 'FailedPostStartHook', message: `PostStartHook failed: ${result.why}` },
    spec.name,
  )
  return false
}

/** Says why, runs preStop, then SIGTERM, and SIGKILL when `graceMs` have passed. */
export async function endContainer(
  host: ContainerHost,
  spec: ContainerSpec,
  end: { readonly running: RunningContainer; readonly graceMs: number; readonly message: string },
): Promise<void> {
  const { running, graceMs, message } = end
  host.event({ type: 'Normal', reason: 'Killing', message }, spec.name)
  const deadlineMs = host.clock.now() + graceMs
  const hook = spec.lifecycle?.preStop
  if (hook !== undefined && graceMs > 0) {
    const result = await hookResult(hook, { host, spec, running, timeoutMs: graceMs })
    if (!result.ok) {
      host.event(
        { type: 'Warning', reason: 'FailedPreStopHook', message: `PreStopHook failed: ${result.why}` },
        spec.name,
      )
    }
  }
  await running.stop(graceMs === 0 ? 0 : Math.max(deadlineMs - host.clock.now(), leastGraceMs))
}

/** A container that ends meanwhile needs its hook no longer. */
async function hookResult(
  hook: HookSpec,
  options: {
    readonly host: ContainerHost
    readonly spec: ContainerSpec
    readonly running: RunningContainer
    readonly timeoutMs: number
  },
): Promise<ProbeResult> {
  const { host, spec, running, timeoutMs } = options
  const target = { ...host.target(spec), exec: running.exec.bind(running) }
  return await Promise.race([runHook(hook, target, timeoutMs), running.exited.then(() => ({ ok: true }) as const)])
}
