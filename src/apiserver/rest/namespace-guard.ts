// Whether something may be made in a namespace: it must exist and not be on its way out.
import type { Namespace } from '../../objects/kinds/namespace.ts'
import { namespaces } from '../../objects/kinds/namespace.ts'
import type { Api } from './api.ts'
import { forbidden, notFound } from './errors.ts'
import type { ServedKind } from './served-kinds.ts'

export function requireNamespace(
  api: Api,
  served: ServedKind,
  key: { readonly namespace: string; readonly name: string },
): void {
  const namespace = api.store.collection('namespaces').get(key.namespace) as Namespace | undefined
  if (namespace === undefined) throw notFound(namespaces, key.namespace)
  if (namespace.metadata.deletionTimestamp === undefined) return
  const why = `unable to create new content in namespace ${key.namespace} because it is being terminated`
  const message = `namespace ${key.namespace} is being terminated`
  throw forbidden(served.definition, key.name, why, [
    { reason: 'NamespaceTerminating', message, field: 'metadata.namespace' },
  ])
}
