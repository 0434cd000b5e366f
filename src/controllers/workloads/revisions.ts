// How do StatefulSets and DaemonSets remember their past templates, so that a rollback can return to one?
import { isApiError } from '../../objects/api-error.ts'
import type { KindRef } from '../../objects/kind.ts'
import { type ControllerRevision, controllerRevisions } from '../../objects/kinds/controller-revision.ts'
import type { KubeObject } from '../../objects/object.ts'
import { sameJson } from '../../objects/same.ts'
import { controllerReference } from '../framework/owner-references.ts'
import type { Writer } from '../framework/writer.ts'
import type { PodTemplate } from './pod-from-template.ts'
import { templateHash } from './template-hash.ts'

export const revisionLabel = 'controller-revision-hash'

export interface RevisionOwner extends KubeObject {
  readonly spec?: { readonly template: PodTemplate; readonly revisionHistoryLimit?: number }
  readonly status?: { readonly collisionCount?: number }
}

export interface RevisionScope {
  readonly ownerKind: KindRef
  readonly owner: RevisionOwner
  /** All revisions that the owner controls. */
  readonly held: readonly ControllerRevision[]
}

export function oldestFirst(revisions: readonly ControllerRevision[]): readonly ControllerRevision[] {
  return revisions.toSorted((a, b) => a.revision - b.revision || (a.metadata.name < b.metadata.name ? -1 : 1))
}

export function templateOf(revision: ControllerRevision | undefined): PodTemplate | undefined {
  const { template } = (revision?.data as { readonly spec?: RevisionData } | undefined)?.spec ?? {}
  if (template === undefined) return undefined
  const { $patch: _, ...rest } = template
  return rest
}

interface RevisionData {
  readonly template?: PodTemplate & { readonly $patch?: string }
}

/** The part of a revision's name that pods are labelled with. */
export function hashOf(revision: ControllerRevision): string {
  return revision.metadata.labels?.[revisionLabel] ?? revision.metadata.name
}

/** The revision of the owner's present template: an old one that comes back is numbered as the newest. */
export async function ensureRevision(
  writer: Writer,
  { ownerKind, owner, held }: RevisionScope,
): Promise<ControllerRevision> {
  const data = { spec: { template: { ...owner.spec?.template, $patch: 'replace' } } }
  const sorted = oldestFirst(held)
  const newest = sorted.at(-1)
  const equal = sorted.findLast(revision => sameJson(revision.data, data))
  const next = (newest?.revision ?? 0) + 1
  if (equal !== undefined) {
    return equal === newest ? equal : writer.change(controllerRevisions, equal, { ...equal, revision: next })
  }
  for (let collisions = owner.status?.collisionCount ?? 0; ; collisions++) {
    const hash = templateHash(owner.spec?.template, collisions)
    const { name, namespace } = owner.metadata
    const revision: ControllerRevision = {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: `${name}-${hash}`,
        ...(namespace === undefined ? {} : { namespace }),
        labels: { ...owner.spec?.template.metadata?.labels, [revisionLabel]: hash },
        ownerReferences: [controllerReference(ownerKind, owner)],
      },
      data,
      revision: next,
    }
    try {
      return await writer.create(controllerRevisions, revision)
    } catch (error) {
      // The name belongs to another template, or to one whose cache entry is still on its way: the next try decides.
      if (!isApiError(error, 'AlreadyExists') || collisions > 3) throw error
    }
  }
}

/** Beyond the limit the oldest go, except those that pods still run. */
export async function cleanUpRevisions(
  writer: Writer,
  scope: RevisionScope,
  inUse: ReadonlySet<string>,
): Promise<void> {
  const idle = oldestFirst(scope.held).filter(({ metadata }) => !inUse.has(metadata.name))
  const surplus = idle.length - (scope.owner.spec?.revisionHistoryLimit ?? 10)
  await Promise.all(idle.slice(0, Math.max(0, surplus)).map(revision => writer.remove(controllerRevisions, revision)))
}
