// What does a pod look like that a template asks for?
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec'
import type { KindRef } from '../../objects/kind.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { Immutable, KubeObject } from '../../objects/object.ts'
import { controllerReference } from '../framework/owner-references.ts'

export type PodTemplate = Immutable<IPodTemplateSpec>

export interface PodIdentity {
  readonly name: string
  /** The prefix, where the name was generated. */
  readonly generateName?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

export function podFromTemplate(
  template: PodTemplate | undefined,
  identity: PodIdentity,
  { ownerKind, owner }: { readonly ownerKind: KindRef; readonly owner: KubeObject },
): Pod {
  const { metadata = {}, spec } = template ?? {}
  const labels = { ...metadata.labels, ...identity.labels }
  const annotations = { ...metadata.annotations, ...identity.annotations }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: identity.name,
      ...(identity.generateName === undefined ? {} : { generateName: identity.generateName }),
      ...(owner.metadata.namespace === undefined ? {} : { namespace: owner.metadata.namespace }),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...(metadata.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
      ownerReferences: [controllerReference(ownerKind, owner)],
    },
    ...(spec === undefined ? {} : { spec }),
  }
}
