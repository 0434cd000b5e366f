// The discovery documents: which groups, versions and resources there are, in the old form and the aggregated one.
import { apiVersionOf } from '../../objects/kind.ts'
import type { DiscoveredResource, DiscoveredVersion } from './resources.ts'

const anyClient = '0.0.0.0/0'

/** `/api`. */
export function apiVersions(serverAddress: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: anyClient, serverAddress }],
  }
}

/** `/apis`. */
export function groupList(versions: readonly DiscoveredVersion[]): object {
  const groups = [...new Set(versions.map(({ group }) => group))].filter(group => group !== '')
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(group => groupBody(versions, group)) }
}

/** `/apis/<group>`; undefined when there is no such group. */
export function groupDocument(versions: readonly DiscoveredVersion[], group: string): object | undefined {
  if (group === '' || !versions.some(version => version.group === group)) return undefined
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(versions, group) }
}

function groupBody(versions: readonly DiscoveredVersion[], group: string): object {
  const own = versions
    .filter(version => version.group === group)
    .map(({ version }) => ({ groupVersion: apiVersionOf(group, version), version }))
  return { name: group, versions: own, preferredVersion: own[0] }
}

/** `/api/v1` and `/apis/<group>/<version>`; undefined when it is not served. */
export function resourceList(
  versions: readonly DiscoveredVersion[],
  { group, version }: { readonly group: string; readonly version: string },
): object | undefined {
  const found = versions.find(candidate => candidate.group === group && candidate.version === version)
  if (found === undefined) return undefined
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf(group, version),
    resources: found.resources.flatMap(resource => resourceEntries(resource, found)),
  }
}

function resourceEntries(resource: DiscoveredResource, { group, version }: DiscoveredVersion): object[] {
  const { plural, singular, kind, namespaced, verbs, shortNames, categories } = resource
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(categories.length === 0 ? {} : { categories }),
    },
    ...resource.subresources.map(sub => {
      const foreign = sub.responseKind.group !== group || sub.responseKind.version !== version
      const origin = foreign ? { group: sub.responseKind.group, version: sub.responseKind.version } : {}
      return {
        name: `${plural}/${sub.name}`,
        singularName: '',
        namespaced,
        ...origin,
        kind: sub.responseKind.kind,
        verbs: sub.verbs,
      }
    }),
  ]
}

/** `/api` (only the core group) and `/apis` (all others) for clients that ask for everything at once. */
export function aggregated(
  versions: readonly DiscoveredVersion[],
  { core, apiVersion }: { readonly core: boolean; readonly apiVersion: string },
): object {
  const groups = [...new Set(versions.map(({ group }) => group))].filter(group => (group === '') === core)
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion,
    metadata: {},
    items: groups.map(group => ({
      metadata: { name: group, creationTimestamp: null },
      versions: versions.filter(version => version.group === group).map(aggregatedVersion),
    })),
  }
}

function aggregatedVersion({ group, version, resources }: DiscoveredVersion): object {
  return {
    version,
    freshness: 'Current',
    resources: resources.map(resource => ({
      resource: resource.plural,
      responseKind: { group, version, kind: resource.kind },
      scope: resource.namespaced ? 'Namespaced' : 'Cluster',
      singularResource: resource.singular,
      verbs: resource.verbs,
      ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
      ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
      ...(resource.subresources.length === 0
        ? {}
        : {
            subresources: resource.subresources.map(({ name, responseKind, verbs }) => ({
              subresource: name,
              responseKind,
              verbs,
            })),
          }),
    })),
  }
}
