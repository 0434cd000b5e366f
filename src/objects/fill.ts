// How immutable objects get what they lack: the same object comes back when nothing was missing.
// Values of a wrong type pass through untouched, because defaults come before the schema's verdict.

/** Adds the fields that are absent (undefined or null); present ones win. */
export function fill<T extends object>(object: T, missing: Partial<T>): T {
  if (Array.isArray(object)) return object
  let result: T | undefined
  for (const key of Object.keys(missing) as (keyof T)[]) {
    if ((object[key] ?? undefined) !== undefined || missing[key] === undefined) continue
    result ??= { ...object }
    result[key] = missing[key] as T[keyof T]
  }
  return result ?? object
}

/** Changes one field, if it is present, and keeps the object when the change changes nothing. */
export function change<T extends object, K extends keyof T>(
  object: T,
  key: K,
  edit: (value: NonNullable<T[K]>) => T[K],
): T {
  const before = object[key]
  if (typeof before !== 'object' || before === null) return object
  const after = edit(before as NonNullable<T[K]>)
  return after === before ? object : { ...object, [key]: after }
}

/** Edits every item and keeps the list when no item changed. */
export function each<E>(edit: (item: E) => E): (list: readonly E[]) => readonly E[] {
  return list => {
    if (!Array.isArray(list)) return list
    const after = list.map((item: E) => (typeof item === 'object' && item !== null ? edit(item) : item))
    return after.every((item, index) => item === list[index]) ? list : after
  }
}
