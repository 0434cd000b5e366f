// How are postStart and preStop hooks run?
import type { HookSpec } from './pod-types.ts'
import { type ProbeResult, type ProbeTarget, runProbe } from './probes/run-probe.ts'

/** Never longer than `timeoutMs`. An httpGet hook succeeds like a probe: any status from 200 to 399. */
export async function runHook(hook: HookSpec, target: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  if (hook.sleep !== undefined) {
    await new Promise(resolve => setTimeout(resolve, Math.min(hook.sleep?.seconds ?? 0, timeoutMs / 1000) * 1000))
    return { ok: true }
  }
  return await runProbe(hook, target, timeoutMs)
}
