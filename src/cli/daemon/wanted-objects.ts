// What should be in the API server: the folder's objects and the site's, in an order in which they can be created.
import type { KindRef } from '../../objects/kind.ts'
import type { CustomResourceDefinition } from '../../objects/kinds/custom-resource-definition.ts'
import type { KubeObject } from '../../objects/object.ts'
import { expandSite } from '../../site/expand/expand.ts'
import type { LoadedInput } from '../load-input.ts'
import type { WantedObject } from './apply-objects.ts'

/** Namespaces and definitions first; objects of kinds that the folder itself defines last. */
export function wantedObjects({ site, objects, skipped }: LoadedInput): readonly WantedObject[] {
  const own = objects.map(({ object, positionOf }): WantedObject => ({ object, position: positionOf([]) }))
  const isFirst = ({ object }: WantedObject) =>
    object.kind === 'Namespace' || object.kind === 'CustomResourceDefinition'
  const defined = definedKinds(objects.map(({ object }) => object))
  return [
    ...own.filter(isFirst),
    ...(site === undefined ? [] : expandSite(site).map(object => ({ object }))),
    ...own.filter(wanted => !isFirst(wanted)),
    ...skipped.flatMap(({ object, position }): WantedObject[] => {
      const kind = defined.get(`${object.apiVersion} ${object.kind}`)
      return kind === undefined ? [] : [{ object, position, kind }]
    }),
  ]
}

/** By `apiVersion kind`, every version that a CustomResourceDefinition among the objects serves. */
export function definedKinds(objects: readonly KubeObject[]): ReadonlyMap<string, KindRef> {
  const kinds = new Map<string, KindRef>()
  for (const object of objects) {
    if (object.kind !== 'CustomResourceDefinition') continue
    const { spec } = object as CustomResourceDefinition
    if (spec === undefined) continue
    for (const { name, served } of spec.versions) {
      if (!served) continue
      kinds.set(`${spec.group}/${name} ${spec.names.kind}`, {
        group: spec.group,
        version: name,
        kind: spec.names.kind,
        plural: spec.names.plural,
        namespaced: spec.scope === 'Namespaced',
      })
    }
  }
  return kinds
}
