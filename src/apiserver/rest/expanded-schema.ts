// A schema with every reference in it followed, for algorithms that walk it beside an object.
import { resolve, type Schema } from '../../objects/schema.ts'

const expanded = new WeakMap<Schema, Schema>()

/** The same object for the same schema every time; schemas that contain themselves come out as cycles. */
export function expandedSchema(schema: Schema): Schema {
  const source = resolve(schema)
  const known = expanded.get(source)
  if (known !== undefined) return known
  const target: { -readonly [K in keyof Schema]: Schema[K] } = { ...source }
  // Known before it is complete, so that a cycle finds it.
  expanded.set(source, target)
  if (source.properties !== undefined) {
    target.properties = Object.fromEntries(
      Object.entries(source.properties).map(([name, child]) => [name, expandedSchema(child)]),
    )
  }
  if (source.items !== undefined) target.items = expandedSchema(source.items)
  if (typeof source.additionalProperties === 'object') {
    target.additionalProperties = expandedSchema(source.additionalProperties)
  }
  return target
}
