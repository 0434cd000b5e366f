// What should be in the API server: the folder's objects and the site's, in an order in which they can be created.
import type { KindRef } from '../../objects/kind.ts'
import { expandSite } from '../../site/expand/expand.ts'
import type { LoadedInput } from '../load-input.ts'
import type { WantedObject } from './apply-objects.ts'

/** Namespaces and definitions first; objects of kinds that the folder itself defines last. */
export function wantedObjects({ site, objects, custom }: LoadedInput): readonly WantedObject[] {
  const own = objects.map(({ object, positionOf }): WantedObject => ({ object, position: positionOf([]) }))
  const isFirst = ({ object }: WantedObject) =>
    object.kind === 'Namespace' || object.kind === 'CustomResourceDefinition'
  return [
    ...own.filter(isFirst),
    ...(site === undefined ? [] : expandSite(site).map(object => ({ object }))),
    ...own.filter(wanted => !isFirst(wanted)),
    ...custom.map(
      ({ object, definition, positionOf }): WantedObject => ({
        object,
        position: positionOf([]),
        kind: referenceTo(definition),
      }),
    ),
  ]
}

function referenceTo({ group, version, kind, plural, namespaced }: KindRef): KindRef {
  return { group, version, kind, plural, namespaced }
}
