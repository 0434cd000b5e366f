// CustomResourceDefinitions of the custom kinds that are built in, so that `kubectl get crd` shows them as on a real cluster.
import type { KindDefinition } from '../../objects/kind.ts'
import {
  type CustomResourceDefinition,
  customResourceDefinitions,
} from '../../objects/kinds/custom-resource-definition.ts'
import { sameJson } from '../../objects/same.ts'
import type { Schema } from '../../objects/schema.ts'
import { schemaOf } from '../../objects/schema.ts'
import { type Api, timestamp } from '../rest/api.ts'
import { expandedSchema } from '../rest/expanded-schema.ts'
import type { ServedKinds } from '../rest/served-kinds.ts'
import { established } from './definition-status.ts'

/** The built-in kinds that are custom resources upstream, once each. */
export function builtInCustomKinds(kinds: ServedKinds): readonly KindDefinition[] {
  const found = new Map<string, KindDefinition>()
  for (const { custom, definition, storageVersion, collection } of kinds.all()) {
    if (custom && definition.version === storageVersion) found.set(collection, definition)
  }
  return [...found.values()]
}

/** Stores the definitions that are missing or, after an update of the program, differ. */
export function storeBuiltInDefinitions(api: Api, definitions: readonly KindDefinition[]): void {
  const collection = api.store.collection('customresourcedefinitions.apiextensions.k8s.io')
  for (const kind of definitions) {
    const wanted = definitionOf(kind)
    const present = collection.get(wanted.metadata.name) as CustomResourceDefinition | undefined
    if (present !== undefined && sameJson(present.spec, wanted.spec)) continue
    const metadata = present?.metadata ?? {
      ...wanted.metadata,
      uid: api.randomUUID(),
      creationTimestamp: timestamp(api),
      generation: 1,
    }
    const complete = established({ ...wanted, metadata }, { kinds: api.kinds, time: timestamp(api) })
    api.store.put(collection.id, complete)
  }
}

function definitionOf(kind: KindDefinition): CustomResourceDefinition {
  const { group, plural, singular, listKind, shortNames, categories } = kind
  const schema = selfContained(schemaOf(kind.schema))
  const versions = [kind.version, ...(kind.alsoServed ?? [])].map((name, index) => ({
    name,
    served: true,
    storage: index === 0,
    schema: { openAPIV3Schema: schema },
    ...(kind.hasStatus ? { subresources: { status: {} } } : {}),
  }))
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: kind.namespaced ? 'Namespaced' : 'Cluster',
      names: {
        plural,
        singular,
        kind: kind.kind,
        listKind,
        ...(shortNames.length === 0 ? {} : { shortNames }),
        ...(categories.length === 0 ? {} : { categories }),
      },
      versions,
    },
  }
  return customResourceDefinitions.defaults(definition as KubeObjectLike) as CustomResourceDefinition
}

type KubeObjectLike = Parameters<typeof customResourceDefinitions.defaults>[0]

/** Without references, and with nothing about metadata: the server knows that for every kind. */
function selfContained(schema: Schema): Schema {
  const {
    properties,
    'x-kubernetes-group-version-kind': _gvk,
    ...rest
  } = expandedSchema(schema) as Schema & Record<string, unknown>
  return { ...rest, properties: { ...properties, metadata: { type: 'object' } } }
}
