// The kinds of the registry as the server serves them.
import type { KindDefinition } from '../../objects/kind.ts'
import { resourceName } from '../../objects/kind.ts'
import { schemaOf } from '../../objects/schema.ts'
import { type ServedKind, ServedKinds } from './served-kinds.ts'

/** Upstream these come with CustomResourceDefinitions of their projects, and behave as custom resources do. */
const customGroups = new Set(['cilium.io', 'cert-manager.io', 'acme.cert-manager.io', 'gateway.networking.k8s.io'])

export function serveBuiltIn(definitions: readonly KindDefinition[]): ServedKinds {
  const kinds = new ServedKinds()
  for (const definition of definitions) {
    const collection = resourceName(definition)
    const versions = [definition.version, ...(definition.alsoServed ?? [])]
    kinds.replace(
      collection,
      versions.map(
        (version): ServedKind => ({
          definition: version === definition.version ? definition : { ...definition, version },
          storageVersion: definition.version,
          collection,
          schema: () => schemaOf(definition.schema),
          custom: customGroups.has(definition.group),
        }),
      ),
    )
  }
  return kinds
}
