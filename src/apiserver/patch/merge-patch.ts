// What does an object look like after a JSON merge patch (RFC 7386)?
import { getKey, isMap, setKey } from './json.ts'

/** Shares what did not change with the target; returns the target itself when the patch changes nothing at all. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch
  const before = isMap(target) ? target : {}
  let after: Record<string, unknown> | undefined
  for (const key of Object.keys(patch)) {
    const change = patch[key]
    if (change === null) {
      if (!Object.hasOwn(before, key)) continue
      after ??= { ...before }
      delete after[key]
    } else {
      const old = getKey(before, key)
      const merged = applyMergePatch(old, change)
      if (merged === old) continue
      after ??= { ...before }
      setKey(after, key, merged)
    }
  }
  return after ?? (isMap(target) ? target : before)
}
