// Puts into a new API server what every cluster has before anybody applies anything.
import type { Client } from '../../client/client.ts'
import { isApiError } from '../../objects/api-error.ts'
import type { KubeObject } from '../../objects/object.ts'
import { findKind } from '../../objects/registry.ts'
import type { Site } from '../../site/site.ts'
import { controlPlaneAddresses } from './serve-api.ts'
import { kubernetesService, systemNamespaces } from './system-objects.ts'

/** Objects that exist already are left as they are: on resume they are older than we. */
export async function createSystemObjects(client: Client, site: Site): Promise<void> {
  const objects: readonly KubeObject[] = [...systemNamespaces(), ...kubernetesService(controlPlaneAddresses(site))]
  for (const object of objects) {
    const kind = findKind(object.apiVersion, object.kind)
    if (kind === undefined) throw new Error(`no kind ${object.kind} in ${object.apiVersion}`)
    try {
      await client.create(kind, object)
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists')) throw error
    }
  }
}
