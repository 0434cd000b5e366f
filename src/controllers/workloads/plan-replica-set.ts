// Which ReplicaSet carries a Deployment's current template, what should a new one look like, which old ones may go?
import type { Deployment } from '../../objects/kinds/deployment.ts'
import { deployments } from '../../objects/kinds/deployment.ts'
import type { ReplicaSet } from '../../objects/kinds/replica-set.ts'
import { controllerReference } from '../framework/owner-references.ts'
import { budgetOf, createdMs, desiredAnnotation, maxAnnotation, replicasOf } from './plan-rollout.ts'
import type { PodTemplate } from './pod-from-template.ts'
import { hashLabel, isSameTemplate, templateHash } from './template-hash.ts'

export const revisionAnnotation = 'deployment.kubernetes.io/revision'
const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history'

/** Belong to the Deployment alone, or would lie on a ReplicaSet. */
const annotationsNotCopied = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.to',
])

/** The oldest set with the Deployment's template: in the course of upgrades there may be two, and one must win. */
export function findNewSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return sets
    .toSorted((a, b) => createdMs(a) - createdMs(b) || (a.metadata.name < b.metadata.name ? -1 : 1))
    .find(set => isSameTemplate(set.spec?.template, deployment.spec?.template))
}

export function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[revisionAnnotation] ?? 0) || 0
}

export function nextRevision(oldSets: readonly ReplicaSet[]): number {
  return oldSets.reduce((highest, set) => Math.max(highest, revisionOf(set)), 0) + 1
}

export function buildReplicaSet(
  deployment: Deployment,
  { replicas, revision }: { readonly replicas: number; readonly revision: number },
): ReplicaSet {
  const { metadata, spec } = deployment
  const hash = templateHash(spec?.template, deployment.status?.collisionCount)
  const labels = { ...spec?.template.metadata?.labels, [hashLabel]: hash }
  const template: PodTemplate = { ...spec?.template, metadata: { ...spec?.template.metadata, labels } }
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${metadata.name}-${hash}`,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels,
      annotations: {
        ...copiedAnnotations(deployment),
        ...sizeAnnotations(deployment),
        [revisionAnnotation]: `${revision}`,
      },
      ownerReferences: [controllerReference(deployments, deployment)],
    },
    spec: {
      replicas,
      ...(spec?.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: { ...spec?.selector, matchLabels: { ...spec?.selector.matchLabels, [hashLabel]: hash } },
      template,
    },
  }
}

/** The set as it should be annotated; its past revisions are remembered when an old template comes back. */
export function annotateNewSet(deployment: Deployment, set: ReplicaSet, revision: number): ReplicaSet {
  const held = set.metadata.annotations ?? {}
  const current = revisionOf(set)
  const annotations: Record<string, string> = { ...held, ...copiedAnnotations(deployment) }
  if (revision > current) {
    annotations[revisionAnnotation] = `${revision}`
    if (current > 0) {
      const history = held[revisionHistoryAnnotation]
      annotations[revisionHistoryAnnotation] = history === undefined ? `${current}` : `${history},${current}`
    }
  }
  const minReadySeconds = deployment.spec?.minReadySeconds ?? 0
  const spec = set.spec === undefined ? undefined : { ...set.spec, minReadySeconds }
  return {
    ...set,
    metadata: { ...set.metadata, annotations },
    ...(spec === undefined || (set.spec?.minReadySeconds ?? 0) === minReadySeconds ? {} : { spec }),
  }
}

export function sizeAnnotations(deployment: Deployment): Readonly<Record<string, string>> {
  const { wanted, maxSurge } = budgetOf(deployment)
  return { [desiredAnnotation]: `${wanted}`, [maxAnnotation]: `${wanted + maxSurge}` }
}

/** The sets beyond `revisionHistoryLimit`, oldest first; only such as are empty and at rest. */
export function planHistoryCleanup(deployment: Deployment, oldSets: readonly ReplicaSet[]): readonly ReplicaSet[] {
  const surplus = oldSets.length - (deployment.spec?.revisionHistoryLimit ?? 10)
  if (surplus <= 0) return []
  return oldSets
    .toSorted((a, b) => revisionOf(a) - revisionOf(b) || createdMs(a) - createdMs(b))
    .slice(0, surplus)
    .filter(
      set =>
        replicasOf(set) === 0 &&
        (set.status?.replicas ?? 0) === 0 &&
        (set.status?.observedGeneration ?? 0) >= (set.metadata.generation ?? 0) &&
        set.metadata.deletionTimestamp === undefined,
    )
}

function copiedAnnotations(deployment: Deployment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !annotationsNotCopied.has(key)),
  )
}
