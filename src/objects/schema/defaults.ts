// What does a schema's `default` fill in? Used for CRDs, built-in and the users' own.
import { childSchema, resolve } from './definitions.ts'
import type { Schema } from './type.ts'

/** Fills in defaults all the way down; gives back the same value when nothing was missing. */
export function applySchemaDefaults<T>(schema: Schema, value: T): T {
  return withDefaults(schema, value) as T
}

function withDefaults(unresolved: Schema, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const schema = resolve(unresolved)
  if (Array.isArray(value)) {
    const { items } = schema
    return items === undefined
      ? value
      : changedOrSame(
          value,
          value.map(item => withDefaults(items, item)),
        )
  }
  const result: Record<string, unknown> = {}
  let changed = false
  for (const [name, before] of Object.entries(value)) {
    const child = childSchema(schema, name)
    // A null where null is not allowed gives way to the default (structural schemas, "Defaulting and Nullable").
    const replaced = before === null && child?.default !== undefined && child.nullable !== true
    const present = replaced ? structuredClone(child.default) : before
    result[name] = child === undefined ? present : withDefaults(child, present)
    if (result[name] !== before) changed = true
  }
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    if (child.default === undefined || result[name] !== undefined) continue
    result[name] = withDefaults(child, structuredClone(child.default))
    changed = true
  }
  return changed ? result : value
}

function changedOrSame(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((item, index) => item === before[index]) ? before : after
}
