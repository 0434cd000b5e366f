// Whether the names of a CustomResourceDefinition are accepted, and what its status then says.
import { isTrue } from '../../objects/conditions.ts'
import type { CustomResourceDefinition } from '../../objects/kinds/custom-resource-definition.ts'
import type { ServedKinds } from '../rest/served-kinds.ts'

export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/** Undefined when all names are free; else what is taken, as upstream says it. */
export function nameConflict(
  definition: CustomResourceDefinition,
  kinds: ServedKinds,
): { reason: string; message: string } | undefined {
  const { spec } = definition
  if (spec === undefined) return undefined
  const { group, names } = spec
  for (const { definition: other, collection } of kinds.all()) {
    if (other.group !== group || collection === definition.metadata.name) continue
    const taken = new Set([other.plural, other.singular, ...other.shortNames])
    if (taken.has(names.plural))
      return { reason: 'PluralConflict', message: `${JSON.stringify(names.plural)} is already in use` }
    if (names.singular && taken.has(names.singular)) {
      return { reason: 'SingularConflict', message: `${JSON.stringify(names.singular)} is already in use` }
    }
    const short = names.shortNames?.find(name => taken.has(name))
    if (short !== undefined)
      return { reason: 'ShortNamesConflict', message: `${JSON.stringify(short)} is already in use` }
    if (names.kind === other.kind)
      return { reason: 'KindConflict', message: `${JSON.stringify(names.kind)} is already in use` }
  }
  return undefined
}

interface Condition {
  readonly type: string
  readonly status: 'True' | 'False'
  readonly lastTransitionTime: string
  readonly reason: string
  readonly message: string
}

/** The definition with its status, and the finalizer that sees to its objects when it goes. */
export function established(
  definition: CustomResourceDefinition,
  options: { readonly kinds: ServedKinds; readonly time: string },
): CustomResourceDefinition {
  const { spec, metadata } = definition
  if (spec === undefined) return definition
  const conflict = nameConflict(definition, options.kinds)
  const before = (definition.status?.conditions ?? []) as readonly Condition[]
  const condition = (type: string, good: boolean, text: { reason: string; message: string }): Condition => {
    const status = good ? 'True' : 'False'
    const old = before.find(candidate => candidate.type === type)
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : options.time
    return { type, status, lastTransitionTime, ...text }
  }
  const accepted = conflict === undefined
  const conditions = [
    condition('NamesAccepted', accepted, conflict ?? { reason: 'NoConflicts', message: 'no conflicts found' }),
    condition(
      'Established',
      accepted,
      accepted
        ? { reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }
        : { reason: 'NotAccepted', message: 'not all names are accepted' },
    ),
    ...before.filter(({ type }) => type === 'Terminating'),
  ]
  const stored = spec.versions.find(version => version.storage)?.name
  const storedVersions = [
    ...new Set([...(definition.status?.storedVersions ?? []), ...(stored === undefined ? [] : [stored])]),
  ]
  const finalizers = metadata.finalizers ?? []
  const held = metadata.deletionTimestamp !== undefined || finalizers.includes(cleanupFinalizer)
  return {
    ...definition,
    metadata: held ? metadata : { ...metadata, finalizers: [...finalizers, cleanupFinalizer] },
    status: { acceptedNames: accepted ? spec.names : { kind: '', plural: '' }, conditions, storedVersions },
  }
}

export function isEstablished(definition: CustomResourceDefinition): boolean {
  return isTrue(definition.status?.conditions, 'Established')
}
