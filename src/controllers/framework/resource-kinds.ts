// Which kinds of objects exist in this API, those included that CustomResourceDefinitions add while it runs?
import type { Informer } from '../../client/informer.ts'
import { isTrue } from '../../objects/conditions.ts'
import type { KindRef } from '../../objects/kind.ts'
import { resourceName } from '../../objects/kind.ts'
import {
  type CustomResourceDefinition,
  customResourceDefinitions,
} from '../../objects/kinds/custom-resource-definition.ts'
import { kinds as builtIn } from '../../objects/registry.ts'
import type { Informers } from './context.ts'

export interface ResourceKinds {
  readonly definitions: Informer<CustomResourceDefinition>
  current(): readonly KindRef[]
}

export function watchResourceKinds(informers: Informers, known: readonly KindRef[] = builtIn): ResourceKinds {
  const definitions = informers.of<CustomResourceDefinition>(customResourceDefinitions)
  const names = new Set(known.map(resourceName))
  return {
    definitions,
    current: () => [
      ...known,
      ...[...definitions.items.values()]
        .flatMap(definition => kindOf(definition) ?? [])
        .filter(kind => !names.has(resourceName(kind))),
    ],
  }
}

/** Undefined until the API has established it: before, its instances cannot be listed. */
export function kindOf(definition: CustomResourceDefinition): KindRef | undefined {
  const { spec, status } = definition
  const served = spec?.versions.filter(version => version.served) ?? []
  const version = served.find(({ storage }) => storage) ?? served[0]
  if (!isTrue(status?.conditions, 'Established') || spec === undefined || version === undefined) return undefined
  return {
    group: spec.group,
    version: version.name,
    kind: spec.names.kind,
    plural: spec.names.plural,
    namespaced: spec.scope === 'Namespaced',
  }
}
