// Which CustomResourceDefinitions does the API server refuse, beyond what the schema says?
import type { FieldProblem } from '../kind.ts'
import type { CustomResourceDefinition } from '../kinds/custom-resource-definition.ts'
import { checkDns1035Label, checkDns1123Subdomain } from '../names.ts'
import { invalid, required } from '../problems.ts'
import { list } from './pod-spec.ts'
import { checkRepeats } from './repeats.ts'

export function checkCrd(definition: CustomResourceDefinition, old?: CustomResourceDefinition): FieldProblem[] {
  const spec = definition.spec
  if (spec === undefined) return [required(['spec'])]
  const problems: FieldProblem[] = []
  const { group, names } = spec
  if (group) {
    const problem = group.includes('.') ? checkDns1123Subdomain(group) : 'should be a domain with at least one dot'
    if (problem !== undefined) problems.push(invalid(['spec', 'group'], group, problem))
  }
  for (const field of ['plural', 'singular'] as const) {
    const text = names?.[field]
    const problem = text ? checkDns1035Label(text) : undefined
    if (problem !== undefined) problems.push(invalid(['spec', 'names', field], text, problem))
  }
  if (names?.plural && group && definition.metadata.name !== `${names.plural}.${group}`) {
    const reason = 'must be spec.names.plural+"."+spec.group'
    problems.push(invalid(['metadata', 'name'], definition.metadata.name, reason))
  }
  const versions = list(spec.versions)
  if (versions.filter(version => version.storage === true).length !== 1) {
    problems.push(
      invalid(['spec', 'versions'], spec.versions, 'must have exactly one version marked as storage version'),
    )
  }
  problems.push(...checkRepeats(versions, ['spec', 'versions'], version => version.name, 'name'))
  for (const [index, version] of versions.entries()) {
    const at = ['spec', 'versions', index]
    const problem = version.name ? checkDns1035Label(version.name) : undefined
    if (problem !== undefined) problems.push(invalid([...at, 'name'], version.name, problem))
    const schema = version.schema?.openAPIV3Schema
    if (!schema) problems.push(required([...at, 'schema', 'openAPIV3Schema'], 'schemas are required'))
    else if (schema.type !== 'object') {
      const path = [...at, 'schema', 'openAPIV3Schema', 'type']
      if (!schema.type) problems.push(required(path, 'must not be empty at the root'))
      else problems.push(invalid(path, schema.type, 'must be object at the root'))
    }
  }
  if (old?.spec?.scope !== undefined && old.spec.scope !== spec.scope) {
    problems.push(invalid(['spec', 'scope'], spec.scope, 'field is immutable'))
  }
  return problems
}
