// Whether a value is what a schema asks for, in the API server's words; every problem is reported, not just the first.
import type { FieldProblem } from '../kind.ts'
import { type FieldPath, fieldText, invalid, required, unsupported } from '../problems.ts'
import { childSchema, resolve } from './definitions.ts'
import { formatChecks, integerBounds, isQuantity } from './formats.ts'
import type { Schema } from './type.ts'

export interface CheckOptions {
  /** True for CRDs: null is a value that only `nullable` allows. Built-in types take null for absent. */
  readonly strictNulls?: boolean
  /** Where the value stands in its object; the problems' paths start with it. Empty for a whole object. */
  readonly at?: FieldPath
}

/**
 * Checks a whole object or, with `at`, a part of one. Unknown fields are problems of severity `warning` with
 * `unknownField` set; everything else is an error.
 */
export function checkSchema(schema: Schema, value: unknown, options: CheckOptions = {}): FieldProblem[] {
  const check = new Check(options.strictNulls === true, [...(options.at ?? [])])
  check.value(schema, value, true)
  return check.problems
}

const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
const embeddedFields: Readonly<Record<string, Schema>> = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { $ref: `#/components/schemas/${objectMeta}` },
}
/** Longer texts are not matched against patterns, so that no pattern of a user's CRD can hold the program up. */
const longestMatchedText = 65_536

/**
 * Parts that were found to be what their schema asks for. Believed only of what is frozen by the time of the next look: then nothing
 * can have changed since it was stored.
 */
const sound = new WeakMap<object, Schema>()

class Check {
  readonly problems: FieldProblem[] = []
  readonly #strictNulls: boolean
  /** Grows and shrinks on the way; copied only when there is a problem. */
  readonly #path: (string | number)[]

  constructor(strictNulls: boolean, path: (string | number)[]) {
    this.#strictNulls = strictNulls
    this.#path = path
  }

  /** `structural` is false inside anyOf and its like, which limit values but do not say which fields exist. */
  value(unresolved: Schema, value: unknown, structural: boolean): void {
    const schema = resolve(unresolved)
    if (typeof value !== 'object' || value === null || !structural || !this.#mayBeKnown()) {
      this.#anew(schema, value, structural)
    } else if (!Object.isFrozen(value) || sound.get(value) !== schema) {
      const before = this.problems.length
      this.#anew(schema, value, structural)
      if (this.problems.length === before) sound.set(value, schema)
    }
  }

  /** Parts near the top of an object: most updates leave most of them as they were. What a status must hold is another rule. */
  #mayBeKnown(): boolean {
    const depth = this.#path.length
    return (depth === 1 || depth === 2) && !this.#strictNulls && this.#path[0] !== 'status'
  }

  #anew(schema: Schema, value: unknown, structural: boolean): void {
    if (value === null && (!this.#strictNulls || schema.nullable === true || schema.type === undefined)) return
    if (schema.format === 'quantity') this.#quantity(value)
    else if (this.#hasType(schema, value)) this.#typed(schema, value, structural)
  }

  #typed(schema: Schema, value: unknown, structural: boolean): void {
    if (schema.enum !== undefined && !schema.enum.some(allowed => sameValue(allowed, value))) {
      this.problems.push(unsupported([...this.#path], value, schema.enum.map(String)))
    }
    if (typeof value === 'string') this.#text(schema, value)
    else if (typeof value === 'number') this.#number(schema, value)
    else if (Array.isArray(value)) this.#list(schema, value, structural)
    else if (typeof value === 'object' && value !== null)
      this.#object(schema, value as Record<string, unknown>, structural)
    this.#combinations(schema, value)
  }

  #hasType(schema: Schema, value: unknown): boolean {
    const actual = typeName(value)
    if (schema['x-kubernetes-int-or-string'] === true) {
      return actual === 'string' || actual === 'integer' || this.#wrongType('integer,string', actual)
    }
    const wanted = schema.type
    if (wanted === undefined || wanted === actual || (wanted === 'number' && actual === 'integer')) return true
    return this.#wrongType(wanted, actual)
  }

  #wrongType(wanted: string, actual: string): false {
    this.#invalid(actual, `must be of type ${wanted}: ${JSON.stringify(actual)}`)
    return false
  }

  #quantity(value: unknown): void {
    if (isQuantity(value)) return
    const reason = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
    this.problems.push(invalid([...this.#path], value, reason))
  }

  #text(schema: Schema, value: string): void {
    if (schema.maxLength !== undefined && lengthAbove(value, schema.maxLength)) {
      this.problems.push(this.#error(`Too long: may not be more than ${schema.maxLength} bytes`))
    }
    if (schema.minLength !== undefined && !lengthAbove(value, schema.minLength - 1)) {
      this.#invalid(value, `should be at least ${schema.minLength} chars long`)
    }
    if (
      schema.pattern !== undefined &&
      value.length <= longestMatchedText &&
      patternOf(schema.pattern)?.test(value) === false
    ) {
      this.#invalid(value, `should match '${schema.pattern}'`)
    }
    const format = schema.format === undefined ? undefined : formatChecks[schema.format]
    // Go decodes an empty timestamp or byte string as absent.
    if (format !== undefined && value !== '' && !format(value)) {
      this.#invalid(value, `must be of type ${schema.format}: ${JSON.stringify(value)}`)
    }
  }

  #number(schema: Schema, value: number): void {
    const [least, most] = integerBounds[schema.format ?? ''] ?? []
    const minimum = schema.minimum ?? least
    const maximum = schema.maximum ?? most
    if (maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum)) {
      this.#invalid(value, `should be less than ${schema.exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`)
    }
    if (minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum)) {
      this.#invalid(value, `should be greater than ${schema.exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`)
    }
    if (schema.multipleOf !== undefined && !Number.isInteger(value / schema.multipleOf)) {
      this.#invalid(value, `should be a multiple of ${schema.multipleOf}`)
    }
  }

  #list(schema: Schema, value: readonly unknown[], structural: boolean): void {
    if (schema.maxItems !== undefined && value.length > schema.maxItems) {
      this.problems.push(this.#error(`Too many: ${value.length}: must have at most ${schema.maxItems} items`))
    }
    if (schema.minItems !== undefined && value.length < schema.minItems) {
      this.#invalid(value.length, `should have at least ${schema.minItems} items`)
    }
    if (schema.uniqueItems === true && new Set(value.map(item => JSON.stringify(item))).size < value.length) {
      this.#invalid(value, "shouldn't contain duplicates")
    }
    this.#listType(schema, value)
    if (schema.items === undefined) return
    for (let index = 0; index < value.length; index++) {
      this.#path.push(index)
      this.value(schema.items, value[index], structural)
      this.#path.pop()
    }
  }

  /** Sets and maps in CRDs may not repeat an item; built-in kinds word it in their own checks. */
  #listType(schema: Schema, value: readonly unknown[]): void {
    const type = schema['x-kubernetes-list-type']
    if (!this.#strictNulls || (type !== 'set' && type !== 'map')) return
    const keys = schema['x-kubernetes-list-map-keys'] ?? []
    const seen = new Set<string>()
    for (const [index, item] of value.entries()) {
      const key =
        type === 'set'
          ? item
          : Object.fromEntries(keys.map(name => [name, (item as Record<string, unknown> | null)?.[name]]))
      const text = JSON.stringify(key) ?? ''
      if (seen.has(text)) {
        this.problems.push({ path: [...this.#path, index], severity: 'error', message: `Duplicate value: ${text}` })
      }
      seen.add(text)
    }
  }

  #object(schema: Schema, value: Readonly<Record<string, unknown>>, structural: boolean): void {
    const isResource = this.#path.length === 0 || schema['x-kubernetes-embedded-resource'] === true
    for (const name of this.#requiredOf(schema)) {
      if (!Object.hasOwn(value, name) || this.#isAbsent(childSchema(schema, name), value[name])) {
        this.problems.push(required([...this.#path, name]))
      }
    }
    this.#propertyCount(schema, value)
    for (const name in value) {
      if (!Object.hasOwn(value, name) || value[name] === undefined) continue
      this.#path.push(name)
      const child = (isResource ? resourceField(schema, name) : undefined) ?? childSchema(schema, name)
      if (child !== undefined) this.value(child, value[name], structural)
      else if (structural && !acceptsUnknown(schema)) this.#unknownField()
      this.#path.pop()
    }
  }

  /** The typed status of a built-in kind gets Go's zero values for what is missing; only CRDs refuse it. */
  #requiredOf(schema: Schema): readonly string[] {
    return this.#strictNulls || this.#path[0] !== 'status' ? (schema.required ?? []) : []
  }

  /** A built-in list may be null: that is how Go writes an empty one. */
  #isAbsent(schema: Schema | undefined, value: unknown): boolean {
    if (value === undefined) return true
    return value === null && !this.#strictNulls && (schema === undefined || resolve(schema).type !== 'array')
  }

  #propertyCount(schema: Schema, value: Readonly<Record<string, unknown>>): void {
    if (schema.minProperties === undefined && schema.maxProperties === undefined) return
    const count = Object.keys(value).length
    if (schema.minProperties !== undefined && count < schema.minProperties) {
      this.#invalid(value, `should have at least ${schema.minProperties} properties`)
    }
    if (schema.maxProperties !== undefined && count > schema.maxProperties) {
      this.problems.push(this.#error(`Too many: ${count}: must have at most ${schema.maxProperties} items`))
    }
  }

  #combinations(schema: Schema, value: unknown): void {
    if (schema['x-kubernetes-int-or-string'] === true) return
    const name = fieldText(this.#path)
    const isValid = (inner: Schema) => {
      const check = new Check(this.#strictNulls, [...this.#path])
      check.value(inner, value, false)
      return check.problems.length === 0
    }
    for (const inner of schema.allOf ?? []) this.value(inner, value, false)
    if (schema.anyOf !== undefined && !schema.anyOf.some(isValid)) {
      this.problems.push(invalid([...this.#path], value, `"${name}" must validate at least one schema (anyOf)`))
    }
    if (schema.oneOf !== undefined) {
      const count = schema.oneOf.filter(isValid).length
      const found = count === 0 ? 'Found none valid' : `Found ${count} valid alternatives`
      if (count !== 1) {
        const reason = `"${name}" must validate one and only one schema (oneOf). ${found}`
        this.problems.push(invalid([...this.#path], value, reason))
      }
    }
    if (schema.not !== undefined && isValid(schema.not)) {
      this.problems.push(invalid([...this.#path], value, `"${name}" must not validate the schema (not)`))
    }
  }

  #unknownField(): void {
    const message = `unknown field "${fieldText(this.#path)}"`
    this.problems.push({ path: [...this.#path], severity: 'warning', message, unknownField: true })
  }

  #invalid(value: unknown, reason: string): void {
    this.problems.push(invalid([...this.#path], value, `${fieldText(this.#path)} in body ${reason}`))
  }

  #error(message: string): FieldProblem {
    return { path: [...this.#path], severity: 'error', message }
  }
}

/** apiVersion, kind and metadata exist in every object, whatever a CRD's schema says of them. */
function resourceField(schema: Schema, name: string): Schema | undefined {
  if (!Object.hasOwn(embeddedFields, name)) return undefined
  const own = childSchema(schema, name)
  if (name !== 'metadata' || own === undefined) return own ?? embeddedFields[name]
  return resolve(own).properties === undefined || resolve(own).properties?.labels === undefined
    ? embeddedFields[name]
    : own
}

function acceptsUnknown(schema: Schema): boolean {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true) return true
  return schema.type === undefined && schema.properties === undefined
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

function sameValue(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && a !== null && JSON.stringify(a) === JSON.stringify(b))
}

/** Counts characters, not UTF-16 units, and only as far as needed. */
function lengthAbove(text: string, limit: number): boolean {
  if (text.length <= limit) return false
  if (text.length > 2 * limit) return true
  return [...text].length > limit
}

const patterns = new Map<string, RegExp | undefined>()

/** Patterns are RE2 of Go; one that JavaScript cannot read is not checked here. */
function patternOf(source: string): RegExp | undefined {
  if (!patterns.has(source)) patterns.set(source, compile(source, 'u') ?? compile(source, ''))
  return patterns.get(source)
}

function compile(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags)
  } catch {
    return undefined
  }
}
