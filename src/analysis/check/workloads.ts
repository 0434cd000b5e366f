// Which pods will the workloads of the input make: namespace, labels, ports and number, before any pod exists.
import type { KindRef } from '../../objects/kind.ts'
import { cronJobs } from '../../objects/kinds/cron-job.ts'
import { daemonSets } from '../../objects/kinds/daemon-set.ts'
import { deployments } from '../../objects/kinds/deployment.ts'
import { jobs } from '../../objects/kinds/job.ts'
import { pods } from '../../objects/kinds/pod.ts'
import { replicaSets } from '../../objects/kinds/replica-set.ts'
import { statefulSets } from '../../objects/kinds/stateful-set.ts'
import { describeObject, type KubeObject } from '../../objects/object.ts'
import type { Container, PodSpec } from '../../objects/pods/defaults.ts'
import { type LabelSelector, type Labels, matchesLabels, matchesMap } from '../../objects/selector.ts'
import type { Entry, FieldPath, Inventory } from './rule.ts'

export interface Workload {
  readonly entry: Entry
  readonly kind: string
  readonly namespace: string
  /** As in `Deployment/default/echo`. */
  readonly owner: string
  readonly labels: Labels
  readonly spec: PodSpec | undefined
  /** The way from the object to `spec`. */
  readonly specPath: FieldPath
  readonly ports: readonly DeclaredPort[]
}

export interface DeclaredPort {
  readonly name?: string
  readonly port: number
  readonly protocol: string
}

export interface Workloads {
  readonly all: readonly Workload[]
  /** Those whose pods a Service of the namespace selects. */
  selectedBy(namespace: string, selector: Labels): readonly Workload[]
  /** Those whose pods a LabelSelector of the namespace picks. */
  pickedBy(namespace: string, selector: LabelSelector): readonly Workload[]
  in(namespace: string): readonly Workload[]
  /** One that has these labels, in whatever namespace. */
  anywhere(selector: Labels): Workload | undefined
}

const withTemplate: readonly KindRef[] = [deployments, replicaSets, statefulSets, daemonSets, jobs]
const remembered = new WeakMap<Inventory, Workloads>()

/** Built once per inventory: every rule that asks for pods asks here. */
export function workloadsOf(input: Inventory): Workloads {
  const known = remembered.get(input)
  if (known !== undefined) return known
  const owned = ownedBy(input)
  const workloads = index([
    ...withTemplate.flatMap(kind =>
      input.of(kind).flatMap(entry => (owned(entry) ? [] : [workload(entry, ['spec', 'template'])])),
    ),
    ...input.of(cronJobs).map(entry => workload(entry, ['spec', 'jobTemplate', 'spec', 'template'])),
    ...input.of(pods).flatMap(entry => (owned(entry) ? [] : [workload(entry, [])])),
  ])
  remembered.set(input, workloads)
  return workloads
}

/** What a cluster was asked for its objects gives every pod several times: with its owner, and the owner's owner. */
function ownedBy(input: Inventory): (entry: Entry) => boolean {
  const all = [...withTemplate, cronJobs].flatMap(kind => input.of(kind))
  const known = new Set(all.map(({ object }) => describeObject(object)))
  return ({ object: { metadata } }) =>
    (metadata.ownerReferences ?? []).some(({ kind, name, controller }) => {
      return controller === true && known.has(`${kind}/${metadata.namespace ?? 'default'}/${name}`)
    })
}

interface Template {
  readonly metadata?: { readonly labels?: Labels }
  readonly spec?: PodSpec
}

function workload(entry: Entry, path: FieldPath): Workload {
  const template = at(entry.object, path) as Template | undefined
  const spec = template?.spec
  return {
    entry,
    kind: entry.object.kind,
    namespace: entry.object.metadata.namespace ?? 'default',
    owner: describeObject(entry.object),
    labels: template?.metadata?.labels ?? {},
    spec,
    specPath: [...path, 'spec'],
    ports: (spec?.containers ?? []).flatMap(declaredPorts),
  }
}

export function declaredPorts(container: Container): readonly DeclaredPort[] {
  return (container.ports ?? []).map(({ containerPort, name, protocol = 'TCP' }) => ({
    port: containerPort,
    protocol,
    ...(name === undefined ? {} : { name }),
  }))
}

function at(object: KubeObject, path: FieldPath): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], object)
}

/** By namespace, and within it by each label, so that a selector looks at the few that have its rarest label. */
function index(all: readonly Workload[]): Workloads {
  const byNamespace = Map.groupBy(all, ({ namespace }) => namespace)
  const byLabel = new Map<string, Workload[]>()
  for (const item of all) {
    for (const [key, value] of Object.entries(item.labels)) {
      for (const id of [labelId(item.namespace, key, value), labelId(anyNamespace, key, value)]) {
        const group = byLabel.get(id)
        if (group === undefined) byLabel.set(id, [item])
        else group.push(item)
      }
    }
  }
  const candidates = (namespace: string, labels: Labels): readonly Workload[] => {
    let fewest = namespace === anyNamespace ? all : (byNamespace.get(namespace) ?? [])
    for (const [key, value] of Object.entries(labels)) {
      const group = byLabel.get(labelId(namespace, key, value)) ?? []
      if (group.length < fewest.length) fewest = group
    }
    return fewest
  }
  return {
    all,
    selectedBy: (namespace, selector) =>
      candidates(namespace, selector).filter(({ labels }) => matchesMap(selector, labels)),
    pickedBy: (namespace, selector) =>
      candidates(namespace, selector.matchLabels ?? {}).filter(({ labels }) => matchesLabels(selector, labels)),
    in: namespace => byNamespace.get(namespace) ?? [],
    anywhere: selector => candidates(anyNamespace, selector).find(({ labels }) => matchesMap(selector, labels)),
  }
}

/** No namespace is called so. */
const anyNamespace = '*'

function labelId(namespace: string, key: string, value: string): string {
  return `${namespace}\u0000${key}\u0000${value}`
}
