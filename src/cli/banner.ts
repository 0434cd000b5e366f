// What `up` prints at its end: how long it took, what can be reached from where, and what to try.
import type { LabStatus } from './lab-calls.ts'
import { reachTable } from './reach-table.ts'

export interface BannerOptions {
  readonly color: boolean
  /** How long `up` took; absent for a lab that ran already. */
  readonly ms?: number
}

export function banner(status: LabStatus, options: BannerOptions): string {
  const strong = (text: string) => (options.color ? `\u001B[1m${text}\u001B[22m` : text)
  const nodes = status.machines.filter(machine => machine.kind === 'node').length
  const took =
    options.ms === undefined
      ? 'is up'
      : `is up in ${Math.round(options.ms).toLocaleString('en').replaceAll(',', ' ')} ms`
  const named = status.lab === 'anton' ? '' : ` --name ${status.lab}`
  const example =
    status.reach.find(row => row.url.startsWith('https://echo.')) ??
    status.reach.find(row => row.url.startsWith('https://')) ??
    status.reach.find(row => row.url.startsWith('http'))
  const laptop = status.machines.find(machine => machine.kind === 'host')?.name ?? 'laptop'
  return [
    strong(
      `Fairway ${status.version} · lab ${status.lab} ${took}: ${nodes} nodes, ${status.pods.ready} of ${status.pods.total} pods ready`,
    ),
    ...(status.reach.length === 0 ? [] : ['', reachTable(status.reach)]),
    ...(status.notReady.length === 0 ? [] : ['', 'Not as it should be:', ...status.notReady.map(line => `  ${line}`)]),
    '',
    `kubeconfig: ${status.kubeconfig}`,
    '',
    'Try:',
    `  fairway exec${named} ${laptop} -- curl ${example?.url ?? `http://${status.domain}/`}`,
    `  export KUBECONFIG=${status.kubeconfig}; kubectl get pods -A -o wide`,
    '  kubectl run test --image=busybox --rm -it -- nslookup kubernetes.default',
  ].join('\n')
}
