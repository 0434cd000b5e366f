// Which ConfigMaps and Secrets does the API server refuse: keys, size, immutability, and what a Secret's type demands.
import type { FieldProblem } from '../kind.ts'
import type { ConfigMap } from '../kinds/config-map.ts'
import type { Secret } from '../kinds/secret.ts'
import { type FieldPath, forbidden, invalid, required } from '../problems.ts'
import { sameJson } from '../same.ts'

const mostBytes = 1024 * 1024
const keyRule =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"

/** What a Secret of a type must hold. */
const demandedKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
}

export function checkConfigMap(configMap: ConfigMap, old?: ConfigMap): FieldProblem[] {
  const { data = {}, binaryData = {} } = configMap
  const problems = [...checkKeys(data, ['data']), ...checkKeys(binaryData, ['binaryData'])]
  for (const key of Object.keys(data ?? {})) {
    if (Object.hasOwn(binaryData ?? {}, key)) {
      problems.push(invalid(['data', key], key, 'duplicate of key present in binaryData'))
    }
  }
  problems.push(...checkSize({ ...data, ...binaryData }, ['']))
  if (old?.immutable === true) problems.push(...checkImmutable(configMap, old, ['data', 'binaryData']))
  return problems
}

export function checkSecret(secret: Secret, old?: Secret): FieldProblem[] {
  const data = secret.data ?? {}
  const problems = [...checkKeys(data, ['data']), ...checkSize(data, ['data'])]
  for (const key of demandedKeys[secret.type ?? ''] ?? []) {
    if (!Object.hasOwn(data, key) && !Object.hasOwn(secret.stringData ?? {}, key))
      problems.push(required(['data', key]))
  }
  if (old !== undefined && secret.type !== old.type) problems.push(invalid(['type'], secret.type, 'field is immutable'))
  if (old?.immutable === true) problems.push(...checkImmutable(secret, old, ['data']))
  return problems
}

function checkKeys(data: Readonly<Record<string, unknown>> | null, path: FieldPath): FieldProblem[] {
  return Object.keys(data ?? {}).flatMap(key => {
    const problem = keyProblem(key)
    return problem === undefined ? [] : [invalid([...path, key], key, problem)]
  })
}

function keyProblem(key: string): string | undefined {
  if (key.length > 253) return 'must be no more than 253 characters'
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) return keyRule
  if (key === '.') return "must not be '.'"
  if (key === '..') return "must not be '..'"
  return key.startsWith('..') ? "must not start with '..'" : undefined
}

function checkSize(data: Readonly<Record<string, string>>, path: FieldPath): FieldProblem[] {
  const size = Object.values(data).reduce((sum, value) => sum + String(value).length, 0)
  return size > mostBytes
    ? [{ path, severity: 'error', message: `Too long: may not be more than ${mostBytes} bytes` }]
    : []
}

function checkImmutable<T extends ConfigMap | Secret>(
  object: T,
  old: T,
  fields: readonly (keyof T & string)[],
): FieldProblem[] {
  const reason = 'field is immutable when `immutable` is set'
  const problems = fields.filter(field => !sameJson(object[field], old[field])).map(field => forbidden([field], reason))
  if (object.immutable !== true) problems.unshift(forbidden(['immutable'], reason))
  return problems
}
