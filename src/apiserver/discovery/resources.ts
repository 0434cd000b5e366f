// What can be asked for under one version of one group: resources and their subresources, for all discovery documents.
import type { KindDefinition } from '../../objects/kind.ts'
import type { ServedKinds } from '../rest/served-kinds.ts'
import { virtualKinds } from '../rest/virtual-kinds.ts'

export interface DiscoveredSubresource {
  readonly name: string
  readonly responseKind: { readonly group: string; readonly version: string; readonly kind: string }
  readonly verbs: readonly string[]
}

export interface DiscoveredResource {
  readonly plural: string
  readonly singular: string
  readonly kind: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly subresources: readonly DiscoveredSubresource[]
}

export interface DiscoveredVersion {
  readonly group: string
  readonly version: string
  readonly resources: readonly DiscoveredResource[]
}

const allVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const objectVerbs = ['get', 'patch', 'update']

/** Groups in the order in which they were registered, the core group first; preferred versions before others. */
export function discover(kinds: ServedKinds): readonly DiscoveredVersion[] {
  const versions = new Map<string, { group: string; version: string; resources: DiscoveredResource[] }>()
  const add = (group: string, version: string, resource: DiscoveredResource) => {
    const key = `${group}/${version}`
    const known = versions.get(key) ?? { group, version, resources: [] }
    known.resources.push(resource)
    versions.set(key, known)
  }
  for (const { definition } of kinds.all()) add(definition.group, definition.version, resourceOf(definition))
  for (const virtual of virtualKinds) {
    add(virtual.group, virtual.version, {
      plural: virtual.plural,
      singular: virtual.kind.toLowerCase(),
      kind: virtual.kind,
      namespaced: virtual.namespaced,
      verbs: ['create'],
      shortNames: [],
      categories: [],
      subresources: [],
    })
  }
  for (const { resources } of versions.values()) resources.sort((a, b) => (a.plural < b.plural ? -1 : 1))
  return groupTogether([...versions.values()])
}

/** Versions of one group stand together, stable before beta before alpha. */
function groupTogether(versions: readonly DiscoveredVersion[]): readonly DiscoveredVersion[] {
  const groups = [...new Set(['', ...versions.map(({ group }) => group)])]
  return groups.flatMap(group =>
    versions.filter(version => version.group === group).sort((a, b) => compareVersions(a.version, b.version)),
  )
}

/** v2 before v1 before v1beta2 before v1beta1 before v1alpha1 before anything else. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [rank(a), rank(b)]
  for (const [index, value] of left.entries()) {
    const difference = (right[index] ?? 0) - value
    if (difference !== 0) return difference
  }
  return a < b ? -1 : a > b ? 1 : 0
}

function rank(version: string): readonly number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version)
  if (match === null) return [0, 0, 0]
  const stability = match[2] === undefined ? 3 : match[2] === 'beta' ? 2 : 1
  return [stability, Number(match[1]), Number(match[3] ?? 0)]
}

function resourceOf(definition: KindDefinition): DiscoveredResource {
  const { plural, singular, kind, namespaced, shortNames, categories } = definition
  const verbs = definition.verbs ?? allVerbs
  return { plural, singular, kind, namespaced, verbs, shortNames, categories, subresources: subresourcesOf(definition) }
}

function subresourcesOf(definition: KindDefinition): readonly DiscoveredSubresource[] {
  const { group, version, kind, plural, hasStatus, scale } = definition
  const own = group === '' ? (coreSubresources[plural] ?? []) : []
  const generic: DiscoveredSubresource[] = []
  if (scale !== undefined) {
    generic.push({
      name: 'scale',
      responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      verbs: objectVerbs,
    })
  }
  if (hasStatus) generic.push({ name: 'status', responseKind: { group, version, kind }, verbs: objectVerbs })
  return [...own, ...generic].sort((a, b) => (a.name < b.name ? -1 : 1))
}

const core = (kind: string) => ({ group: '', version: 'v1', kind })

const coreSubresources: Readonly<Record<string, readonly DiscoveredSubresource[]>> = {
  namespaces: [{ name: 'finalize', responseKind: core('Namespace'), verbs: ['update'] }],
  pods: [
    { name: 'attach', responseKind: core('PodAttachOptions'), verbs: ['create', 'get'] },
    { name: 'binding', responseKind: core('Binding'), verbs: ['create'] },
    { name: 'eviction', responseKind: { group: 'policy', version: 'v1', kind: 'Eviction' }, verbs: ['create'] },
    { name: 'exec', responseKind: core('PodExecOptions'), verbs: ['create', 'get'] },
    { name: 'log', responseKind: core('Pod'), verbs: ['get'] },
    { name: 'portforward', responseKind: core('PodPortForwardOptions'), verbs: ['create', 'get'] },
  ],
  serviceaccounts: [
    {
      name: 'token',
      responseKind: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' },
      verbs: ['create'],
    },
  ],
}
