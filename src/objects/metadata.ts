// Whether an object's metadata is what the API server accepts: name, namespace, labels, annotations, finalizers, owners.
import type { FieldProblem } from './kind.ts'
import {
  checkDns1035Label,
  checkDns1123Label,
  checkDns1123Subdomain,
  checkLabelValue,
  checkPathSegment,
  checkQualifiedName,
  type TextCheck,
} from './names.ts'
import type { ObjectMeta } from './object.ts'
import { forbidden, invalid, required } from './problems.ts'

export type NameRule = 'subdomain' | 'label' | 'dns1035' | 'path-segment'

const nameChecks: Readonly<Record<NameRule, TextCheck>> = {
  subdomain: checkDns1123Subdomain,
  label: checkDns1123Label,
  dns1035: checkDns1035Label,
  'path-segment': checkPathSegment,
}

const annotationsLimitBytes = 256 * 1024

export interface MetadataRules {
  readonly nameRule: NameRule
  readonly namespaced: boolean
}

/** Name and namespace may still be missing when the API server will give them (generateName, the URL's namespace). */
export function checkMetadata(metadata: ObjectMeta, rules: MetadataRules): FieldProblem[] {
  const problems: FieldProblem[] = []
  const { name, generateName, namespace } = metadata
  if (name === undefined || name === '') {
    if (generateName === undefined || generateName === '') {
      problems.push(required(['metadata', 'name'], 'name or generateName is required'))
    }
  } else {
    const problem = nameChecks[rules.nameRule](name)
    if (problem !== undefined) problems.push(invalid(['metadata', 'name'], name, problem))
  }
  if (generateName !== undefined && generateName !== '') {
    // The server adds a suffix that begins with a letter or digit, so a final dash is no mistake.
    const problem = nameChecks[rules.nameRule](generateName.replace(/-$/, 'a'))
    if (problem !== undefined) problems.push(invalid(['metadata', 'generateName'], generateName, problem))
  }
  if (namespace !== undefined && namespace !== '') {
    const path = ['metadata', 'namespace']
    if (!rules.namespaced) problems.push(forbidden(path, 'not allowed on this type'))
    else {
      const problem = checkDns1123Label(namespace)
      if (problem !== undefined) problems.push(invalid(path, namespace, problem))
    }
  }
  problems.push(...checkLabels(metadata.labels, ['metadata', 'labels']), ...checkAnnotations(metadata.annotations))
  for (const [index, finalizer] of (metadata.finalizers ?? []).entries()) {
    const problem = checkQualifiedName(finalizer)
    if (problem !== undefined) problems.push(invalid(['metadata', 'finalizers', index], finalizer, problem))
  }
  problems.push(...checkOwners(metadata))
  return problems
}

export function checkLabels(
  labels: Readonly<Record<string, unknown>> | undefined,
  path: readonly (string | number)[],
): FieldProblem[] {
  const problems: FieldProblem[] = []
  for (const [key, value] of Object.entries(labels ?? {})) {
    const keyProblem = checkQualifiedName(key)
    if (keyProblem !== undefined) problems.push(invalid(path, key, keyProblem))
    // A value of another type is the schema's to report.
    const valueProblem = typeof value === 'string' ? checkLabelValue(value) : undefined
    if (valueProblem !== undefined) problems.push(invalid(path, value, valueProblem))
  }
  return problems
}

function checkAnnotations(annotations: ObjectMeta['annotations']): FieldProblem[] {
  const problems: FieldProblem[] = []
  let size = 0
  for (const [key, value] of Object.entries(annotations ?? {})) {
    // Upstream lower-cases annotation keys before the check.
    const problem = checkQualifiedName(key.toLowerCase())
    if (problem !== undefined) problems.push(invalid(['metadata', 'annotations'], key, problem))
    size += key.length + String(value).length
  }
  if (size > annotationsLimitBytes) {
    const message = `Too long: may not be more than ${annotationsLimitBytes} bytes`
    problems.push({ path: ['metadata', 'annotations'], severity: 'error', message })
  }
  return problems
}

function checkOwners(metadata: ObjectMeta): FieldProblem[] {
  const problems: FieldProblem[] = []
  const controllers: number[] = []
  for (const [index, owner] of (metadata.ownerReferences ?? []).entries()) {
    const path = ['metadata', 'ownerReferences', index]
    if (!owner.apiVersion)
      problems.push(invalid([...path, 'apiVersion'], owner.apiVersion, 'version must not be empty'))
    if (!owner.kind) problems.push(invalid([...path, 'kind'], owner.kind, 'must not be empty'))
    if (!owner.name) problems.push(invalid([...path, 'name'], owner.name, 'must not be empty'))
    if (!owner.uid) problems.push(invalid([...path, 'uid'], owner.uid, 'must not be empty'))
    if (owner.controller === true) controllers.push(index)
  }
  if (controllers.length > 1) {
    const reason = 'Only one reference can have Controller set to true'
    problems.push(invalid(['metadata', 'ownerReferences'], metadata.ownerReferences, reason))
  }
  return problems
}
