// Are two pod templates the same, and by which short name is one known?
import { safeEncode } from '../../objects/generated-name.ts'
import { sameJson } from '../../objects/same.ts'
import type { PodTemplate } from './pod-from-template.ts'

export const hashLabel = 'pod-template-hash'

/** `collisions` tells apart templates whose hashes happen to be equal. */
export function templateHash(template: unknown, collisions = 0): string {
  let hash = fnv1a(canonical(template), 0x811c9dc5)
  if (collisions > 0) hash = fnv1a(String(collisions), hash)
  return safeEncode(String(hash))
}

/** The hash label is what a ReplicaSet adds; it does not make a template another one. */
export function isSameTemplate(a: PodTemplate | undefined, b: PodTemplate | undefined): boolean {
  return sameJson(withoutHash(a), withoutHash(b))
}

function withoutHash(template: PodTemplate | undefined) {
  const { [hashLabel]: _, ...labels } = template?.metadata?.labels ?? {}
  return { spec: template?.spec, metadata: { ...template?.metadata, labels } }
}

/** JSON with sorted keys and without undefined fields, so that equal objects give equal text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`
}

function fnv1a(text: string, seed: number): number {
  let hash = seed
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
