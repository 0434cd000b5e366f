// Which limits does a compiled validator enforce on a field?
// The packages ship validators, not schemas, so each field is asked: it gets values that break every rule it could
// have, and the errors name the rules (pattern, limits, format, integer or number).

export interface ValidationError {
  readonly instancePath: string
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
}

export interface Validator {
  (value: unknown): boolean
  readonly errors?: readonly ValidationError[] | null
}

/** From the root of the definition: a field's name, `[]` for any item of an array, `{}` for any value of a map. */
export type ProbePath = readonly string[]

export type Limits = Readonly<Record<string, unknown>>

const longText = 'x'.repeat(70_000)
const manyNulls = Array<null>(1100).fill(null)
const manyKeys = Object.fromEntries(Array.from({ length: 1100 }, (_, index) => [`k${index}`, null]))

export function stringLimits(validator: Validator, path: ProbePath): Limits {
  return limitsOf(validator, path, ['', '\u0001 ~', longText], ['pattern', 'minLength', 'maxLength', 'format'])
}

export function numberLimits(validator: Validator, path: ProbePath): Limits {
  const type = errorsAt(validator, path, 'text').find(error => error.keyword === 'type')?.params.type
  // Every number of the core API is an integer; a validator that says nothing is one of those.
  const limits = limitsOf(validator, path, [1e300, -1e300], ['minimum', 'maximum', 'format'])
  return { type: type === 'number' ? 'number' : 'integer', ...limits }
}

export function arrayLimits(validator: Validator, path: ProbePath): Limits {
  return limitsOf(validator, path, [[], manyNulls], ['minItems', 'maxItems', 'uniqueItems'])
}

export function objectLimits(validator: Validator, path: ProbePath): Limits {
  return limitsOf(validator, path, [{}, manyKeys], ['minProperties', 'maxProperties'])
}

/** The values a text field may take, when its validator knows them and its type does not. */
export function allowedTexts(validator: Validator, path: ProbePath): readonly string[] | undefined {
  const error = errorsAt(validator, path, '\u0001 ~').find(({ keyword }) => keyword === 'enum')
  return error?.params.allowedValues as readonly string[] | undefined
}

/** Which of the two words joins the alternatives of an object: `oneOf` or `anyOf`. */
export function alternativesKeyword(validator: Validator, path: ProbePath): 'oneOf' | 'anyOf' {
  return errorsAt(validator, path, {}).some(error => error.keyword === 'oneOf') ? 'oneOf' : 'anyOf'
}

function limitsOf(
  validator: Validator,
  path: ProbePath,
  values: readonly unknown[],
  keywords: readonly string[],
): Limits {
  const found = new Map<string, unknown>()
  for (const value of values) {
    for (const { keyword, params } of errorsAt(validator, path, value)) {
      if (!keywords.includes(keyword)) continue
      found.set(keyword, keyword === 'uniqueItems' ? true : (params.limit ?? params[keyword]))
    }
  }
  return Object.fromEntries(
    keywords.filter(keyword => found.has(keyword)).map(keyword => [keyword, found.get(keyword)]),
  )
}

function errorsAt(validator: Validator, path: ProbePath, value: unknown): readonly ValidationError[] {
  const pointer = path.map(part => `/${part === '[]' ? '0' : part === '{}' ? 'key' : part}`).join('')
  const wrapped = path.reduceRight<unknown>((inner, part) => {
    if (part === '[]') return [inner]
    return part === '{}' ? { key: inner } : { [part]: inner }
  }, value)
  validator(wrapped)
  return (validator.errors ?? []).filter(error => error.instancePath === pointer)
}
