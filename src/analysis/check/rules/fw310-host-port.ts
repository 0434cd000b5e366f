// Do more pods want a port of their node than there are nodes?
import type { DaemonSet } from '../../../objects/kinds/daemon-set.ts'
import type { Deployment } from '../../../objects/kinds/deployment.ts'
import type { Job } from '../../../objects/kinds/job.ts'
import { nodes } from '../../../objects/kinds/node.ts'
import { matchesLabels } from '../../../objects/selector.ts'
import { finding } from '../inventory.ts'
import type { FieldPath, Inventory, Rule } from '../rule.ts'
import { type Workload, workloadsOf } from '../workloads.ts'

export const hostPort: Rule = {
  codes: ['FW310'],
  *check(input) {
    // How many nodes there are is known of a whole site only.
    const all = input.isWhole ? input.of(nodes).length : 0
    if (all === 0) return
    const claims = workloadsOf(input).all.flatMap(workload => claimsOf(workload, input))
    for (const [port, claimants] of Map.groupBy(claims, ({ port }) => port)) {
      const wanted = claimants.reduce((sum, { pods }) => sum + pods, 0)
      // A node selector leaves a workload fewer nodes than the others have.
      const tooMany = claimants.find(({ pods, eligible }) => pods > eligible)
      const last = tooMany ?? (wanted > all ? claimants.at(-1) : undefined)
      if (last === undefined) continue
      const available = tooMany?.eligible ?? all
      const pods = tooMany?.pods ?? wanted
      const owners = (tooMany === undefined ? claimants : [tooMany]).map(({ workload }) => workload.owner)
      yield finding(last.workload.entry, last.path, {
        code: 'FW310',
        severity: 'warning',
        message: `port ${port} of a node is wanted by ${pods} pods of ${owners.join(', ')}, and there ${available === 1 ? 'is 1 node' : `are ${available} nodes`} for them`,
        why: `A node gives each of its ports to one pod, so ${pods - available} of the pods stay Pending.`,
        fix: 'lower replicas, or remove hostPort and let a Service lead to the pods',
      })
    }
  },
}

interface Claim {
  /** As in `8080/TCP`, with the node's address when the pod wants a certain one. */
  readonly port: string
  readonly workload: Workload
  readonly path: FieldPath
  /** How many pods want it at once. */
  readonly pods: number
  /** How many nodes may take them. */
  readonly eligible: number
}

function claimsOf(workload: Workload, input: Inventory): readonly Claim[] {
  const containers = workload.spec?.containers ?? []
  return containers.flatMap((container, at) =>
    (container.ports ?? []).flatMap(({ hostPort, hostIP, protocol = 'TCP', containerPort }, index): Claim[] => {
      // In the node's own network a port is the node's, whether it says so or not.
      const number = hostPort ?? (workload.spec?.hostNetwork === true ? containerPort : undefined)
      if (!number) return []
      const eligible = eligibleNodes(workload, input)
      const address = hostIP === undefined || hostIP === '' || hostIP === '0.0.0.0' ? '' : `${hostIP}:`
      const path = [...workload.specPath, 'containers', at, 'ports', index, hostPort ? 'hostPort' : 'containerPort']
      return [{ port: `${address}${number}/${protocol}`, workload, path, pods: podCount(workload, eligible), eligible }]
    }),
  )
}

function eligibleNodes({ spec }: Workload, input: Inventory): number {
  const wanted = spec?.nodeSelector
  const all = input.of(nodes)
  if (wanted === undefined) return all.length
  return all.filter(({ object }) => matchesLabels({ matchLabels: wanted }, object.metadata.labels)).length
}

function podCount({ kind, entry: { object } }: Workload, eligible: number): number {
  switch (kind) {
    case 'DaemonSet':
      return (object as DaemonSet).spec === undefined ? 0 : eligible
    case 'Job':
      return (object as Job).spec?.parallelism ?? 1
    case 'Pod':
      return 1
    // Its Jobs come one after the other, and only now and then.
    case 'CronJob':
      return 0
    default:
      return (object as Deployment).spec?.replicas ?? 1
  }
}
