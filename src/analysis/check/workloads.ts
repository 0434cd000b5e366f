// Which pods will the workloads of a folder make: their namespace, labels and ports, before any pod exists.
import { type DaemonSet, daemonSets } from '../../objects/kinds/daemon-set.ts'
import { type Deployment, deployments } from '../../objects/kinds/deployment.ts'
import { type Job, jobs } from '../../objects/kinds/job.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { type ReplicaSet, replicaSets } from '../../objects/kinds/replica-set.ts'
import { type StatefulSet, statefulSets } from '../../objects/kinds/stateful-set.ts'
import type { Inventory } from './rule.ts'

export interface WorkloadPods {
  /** As in `Deployment/default/echo`. */
  readonly owner: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly ports: readonly { readonly name?: string; readonly port: number; readonly protocol: string }[]
}

interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> }
  readonly spec?: Pod['spec']
}

export function workloadPods(input: Inventory): readonly WorkloadPods[] {
  const templates: readonly { kind: string; namespace: string; name: string; template: Template | undefined }[] = [
    ...input.of<Deployment>(deployments).map(({ object }) => ({ ...named(object), template: object.spec?.template })),
    ...input.of<ReplicaSet>(replicaSets).map(({ object }) => ({ ...named(object), template: object.spec?.template })),
    ...input.of<StatefulSet>(statefulSets).map(({ object }) => ({ ...named(object), template: object.spec?.template })),
    ...input.of<DaemonSet>(daemonSets).map(({ object }) => ({ ...named(object), template: object.spec?.template })),
    ...input.of<Job>(jobs).map(({ object }) => ({ ...named(object), template: object.spec?.template })),
    ...input.of<Pod>(pods).map(({ object }) => ({ ...named(object), template: object })),
  ]
  return templates.map(({ kind, namespace, name, template }) => ({
    owner: `${kind}/${namespace}/${name}`,
    namespace,
    labels: template?.metadata?.labels ?? {},
    ports: (template?.spec?.containers ?? []).flatMap(container =>
      (container.ports ?? []).map(port => ({
        port: port.containerPort,
        protocol: port.protocol ?? 'TCP',
        ...(port.name === undefined ? {} : { name: port.name }),
      })),
    ),
  }))
}

function named(object: {
  readonly kind: string
  readonly metadata: { readonly namespace?: string; readonly name: string }
}) {
  return { kind: object.kind, namespace: object.metadata.namespace ?? 'default', name: object.metadata.name }
}
