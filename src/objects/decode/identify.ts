// Which kind is a decoded value, and what did its author mean when it is none we know?
import type { KindDefinition } from '../kind.ts'
import { apiVersionOf } from '../kind.ts'
import { nearestName } from '../nearest.ts'
import { findKind, kinds, kindsNamed } from '../registry.ts'
import { type RemovedVersion, removedVersion } from './removed-versions.ts'

export type Identity =
  | { readonly kind: 'known'; readonly definition: KindDefinition }
  /** A version that Kubernetes served once. */
  | { readonly kind: 'removed'; readonly removed: RemovedVersion }
  /** A kind of some other software: passed over, and listed. */
  | { readonly kind: 'foreign' }
  /** Almost a known kind; `fix` says which. */
  | {
      readonly kind: 'mistaken'
      readonly message: string
      readonly why: string
      readonly fix: string
      readonly field: string
    }

export function identify(apiVersion: string, kind: string): Identity {
  const definition = findKind(apiVersion, kind)
  if (definition !== undefined) return { kind: 'known', definition }
  const removed = removedVersion(apiVersion, kind)
  if (removed !== undefined) return { kind: 'removed', removed }
  const group = groupOf(apiVersion)
  const [sameName] = kindsNamed(kind)
  if (sameName !== undefined && isOldHome(group, sameName)) {
    const right = apiVersionOf(sameName.group, sameName.version)
    return {
      kind: 'mistaken',
      message: `no kind "${kind}" in version "${apiVersion}"`,
      why: `Kubernetes serves ${kind} as ${right}.`,
      fix: `write apiVersion: ${right}`,
      field: 'apiVersion',
    }
  }
  const inGroup = kinds.filter(candidate => candidate.group === group)
  const near = nearestName(kind, new Set(inGroup.map(candidate => candidate.kind)))
  if (near !== undefined && near !== kind) {
    return {
      kind: 'mistaken',
      message: `no kind "${kind}" in version "${apiVersion}"`,
      why: `The group has a kind ${near}; the object is passed over until its kind is known.`,
      fix: `did you mean kind: ${near}?`,
      field: 'kind',
    }
  }
  return { kind: 'foreign' }
}

export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

/** Groups that once held built-in kinds, and typos of today's; any other group may well have a kind of the same name. */
function isOldHome(group: string, definition: KindDefinition): boolean {
  if (group === definition.group || group === '' || group === 'extensions') return true
  return nearestName(group, [definition.group]) !== undefined
}
