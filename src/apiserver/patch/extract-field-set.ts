// Which fields does an applied configuration speak of?

import {
  type FieldSchema,
  isAtomicMap,
  isDeclaredField,
  listShape,
  refusesUnknownKeys,
  schemaOfKey,
} from './field-schema.ts'
import { addPath, type FieldSet, type FieldSetBuilder } from './field-set.ts'
import { isMap, type JsonMap } from './json.ts'
import { entryElement, fieldElement, printPath } from './path-element.ts'

export interface Extraction {
  readonly fields: FieldSet
  /** Worded as upstream: `.spec.foo: field not declared in schema`. Empty when the object has the schema's structure. */
  readonly problems: readonly string[]
}

/** Leaves, atomic values, keys of free maps and list entries are fields; structs are not, since naming them says nothing. */
export function extractFieldSet(schema: FieldSchema | undefined, object: unknown): Extraction {
  const fields: FieldSetBuilder = {}
  const problems: string[] = []
  const path: string[] = []
  visit(schema, object)
  return { fields, problems }

  function visit(schema: FieldSchema | undefined, value: unknown): void {
    if (isMap(value)) {
      if (isAtomicMap(schema)) add()
      else visitMap(schema, value)
    } else if (Array.isArray(value)) visitList(schema, value)
    else add()
  }

  function add(): void {
    if (path.length > 0) addPath(fields, path)
  }

  function visitMap(schema: FieldSchema | undefined, map: JsonMap): void {
    const isStrict = refusesUnknownKeys(schema)
    for (const key in map) {
      const value = map[key]
      const isDeclared = isDeclaredField(schema, key)
      path.push(fieldElement(key))
      if (isStrict && !isDeclared) problems.push(`${printPath(path)}: field not declared in schema`)
      else {
        visit(schemaOfKey(schema, key), value)
        if (!isDeclared || (isMap(value) && Object.keys(value).length === 0)) add()
      }
      path.pop()
    }
  }

  function visitList(schema: FieldSchema | undefined, list: readonly unknown[]): void {
    const shape = listShape(schema)
    if (shape.kind === 'atomic') {
      add()
      return
    }
    const seen = new Set<string>()
    for (const [index, entry] of list.entries()) {
      const found = entryElement(entry, shape, schema?.items)
      if ('problem' in found) {
        problems.push(`${printPath(path)}: element ${index}: ${found.problem}`)
        continue
      }
      path.push(found.element)
      if (seen.has(found.element)) {
        problems.push(`${printPath(path.slice(0, -1))}: duplicate entries for key ${printPath([found.element])}`)
      }
      seen.add(found.element)
      visit(schema?.items, entry)
      add()
      path.pop()
    }
  }
}
