// The simple JSONPath of CustomResourceDefinitions: printer columns, selectable fields, scale.
// Fields, indexes, wildcards and filters on equality; kubectl's own output templates are not read here.

type Step =
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'where'; readonly path: readonly Step[]; readonly equal: boolean; readonly value: string }
  /** `[?(@.path)]`: the path leads somewhere. */
  | { readonly kind: 'exists'; readonly path: readonly Step[] }

export interface JsonPath {
  /** Everything the path leads to, in order; empty when it leads nowhere. */
  find(value: unknown): readonly unknown[]
}

/** Undefined when the text is not such a path. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps = parseSteps(text)
  return steps === undefined ? undefined : { find: value => follow(steps, value) }
}

const tokens =
  /\.((?:[^.[\]\\]|\\.)+)|\[(-?\d+)\]|\[(\*)\]|\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]|\[\?\(([^)]*)\)\]|\.(?=\[)/y
const filter = /^\s*@((?:[^=!<>\s]|\\.)+)\s*(?:(==|!=)\s*(?:"([^"]*)"|'([^']*)'|(\S+)))?\s*$/

function parseSteps(text: string): readonly Step[] | undefined {
  const steps: Step[] = []
  const source = text.startsWith('$') ? text.slice(1) : text
  let at = 0
  while (at < source.length) {
    tokens.lastIndex = at
    const match = tokens.exec(source)
    if (match === null) return undefined
    at = tokens.lastIndex
    const [, field, index, all, single, double, condition] = match
    const name = field ?? single ?? double
    if (name !== undefined)
      steps.push(name === '*' ? { kind: 'all' } : { kind: 'field', name: name.replace(/\\(.)/g, '$1') })
    else if (index !== undefined) steps.push({ kind: 'index', index: Number(index) })
    else if (all !== undefined) steps.push({ kind: 'all' })
    else if (condition !== undefined) {
      const step = parseFilter(condition)
      if (step === undefined) return undefined
      steps.push(step)
    }
  }
  return steps
}

function parseFilter(text: string): Step | undefined {
  const match = filter.exec(text)
  if (match === null) return undefined
  const [, pathText = '', operator, double, single, bare] = match
  const path = parseSteps(pathText)
  if (path === undefined) return undefined
  if (operator === undefined) return { kind: 'exists', path }
  return { kind: 'where', path, equal: operator === '==', value: double ?? single ?? bare ?? '' }
}

function follow(steps: readonly Step[], start: unknown): readonly unknown[] {
  let found: readonly unknown[] = [start]
  for (const step of steps) found = found.flatMap(value => take(step, value))
  return found
}

function take(step: Step, value: unknown): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return []
  switch (step.kind) {
    case 'field':
      return Object.hasOwn(value, step.name) ? present((value as Record<string, unknown>)[step.name]) : []
    case 'index':
      return Array.isArray(value) ? present(value.at(step.index)) : []
    case 'all':
      return Object.values(value)
    case 'exists':
      return Object.values(value).filter(item => follow(step.path, item).length > 0)
    case 'where':
      return Object.values(value).filter(item => (String(follow(step.path, item)[0]) === step.value) === step.equal)
  }
}

function present(value: unknown): readonly unknown[] {
  return value === undefined || value === null ? [] : [value]
}
