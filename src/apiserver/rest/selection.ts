// Which objects of a resource a list or a watch is about: namespace, labels and fields.
import type { KindDefinition } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/object.ts'
import { type FieldTerm, matchesFields, parseFieldSelector, parseLabelSelector } from '../../objects/selector.ts'
import { badRequest } from './errors.ts'
import type { ServedKind } from './served-kinds.ts'

export interface SelectionRequest {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export interface Selection {
  /** True when nothing but perhaps the namespace narrows it. */
  readonly everything: boolean
  matches(object: KubeObject): boolean
}

export function selectionOf(served: ServedKind, request: SelectionRequest): Selection {
  const { definition } = served
  const checks: ((object: KubeObject) => boolean)[] = []
  if (definition.namespaced && request.namespace !== undefined && request.namespace !== '') {
    const { namespace } = request
    checks.push(object => object.metadata.namespace === namespace)
  }
  const narrowedFrom = checks.length
  if (request.labelSelector !== undefined && request.labelSelector !== '') {
    const parsed = parseLabelSelector(request.labelSelector)
    if (parsed.kind === 'refused') throw badRequest(parsed.why)
    checks.push(object => parsed.value.matches(object.metadata.labels))
  }
  if (request.fieldSelector !== undefined && request.fieldSelector !== '') {
    const terms = fieldTerms(served, request.fieldSelector)
    checks.push(object => matchesFields(terms, fieldsOf(definition, object)))
  }
  return {
    everything: checks.length === narrowedFrom,
    matches: object => checks.every(check => check(object)),
  }
}

function fieldTerms(served: ServedKind, text: string): readonly FieldTerm[] {
  const { definition } = served
  const parsed = parseFieldSelector(text)
  if (parsed.kind === 'refused') throw badRequest(parsed.why)
  const nameless = { apiVersion: definition.version, kind: definition.kind, metadata: { name: '' } }
  const supported = new Set(Object.keys(fieldsOf(definition, nameless)))
  for (const { field } of parsed.value) {
    if (supported.has(field)) continue
    throw badRequest(`field label not supported: ${field}`)
  }
  return parsed.value
}

function fieldsOf(definition: KindDefinition, object: KubeObject): Readonly<Record<string, string>> {
  const { name, namespace } = object.metadata
  return {
    'metadata.name': name,
    ...(definition.namespaced ? { 'metadata.namespace': namespace ?? '' } : {}),
    ...definition.fields?.(object),
  }
}
