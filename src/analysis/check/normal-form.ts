// What the API server would make of an object before it looks at what it means: nulls are absent, defaults are filled in.
import type { KubeObject } from '../../objects/object.ts'
import { findKind } from '../../objects/registry.ts'

/** The same object when there is nothing to do. Only for objects that decode has accepted. */
export function normalForm(object: KubeObject): KubeObject {
  const sound = withoutNulls(object) as KubeObject
  return findKind(sound.apiVersion, sound.kind)?.defaults(sound) ?? sound
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map(withoutNulls)
    const present = items.filter(item => item !== null)
    return present.every((item, index) => item === value[index]) && present.length === value.length ? value : present
  }
  let changed = false
  const kept: [string, unknown][] = []
  for (const [key, before] of Object.entries(value)) {
    const after = withoutNulls(before)
    if (after !== before || after === null) changed = true
    if (after !== null) kept.push([key, after])
  }
  return changed ? Object.fromEntries(kept) : value
}
