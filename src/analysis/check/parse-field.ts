// Which way into an object does `spec.rules[0].host` name?
import type { FieldPath } from './rule.ts'

/** Numbers in brackets are indices; other text in brackets is a key, which may hold dots. */
export function parseField(text: string): FieldPath {
  const path: (string | number)[] = []
  for (const [, name, bracket] of text.matchAll(/([^.[\]]+)|\[([^\]]*)\]/g)) {
    if (name !== undefined) path.push(name)
    else if (bracket !== undefined) path.push(/^\d+$/.test(bracket) ? Number(bracket) : bracket)
  }
  return path
}
