// How are the mistakes of one YAML document told: what, why, and what to do about it?
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { YamlMistake } from '../yaml/full-yaml.ts'
import type { Source } from './source.ts'

export function yamlDiagnostics(source: Source): Diagnostic[] {
  const begins = source.mistakes.filter(beginsObject)
  if (begins.length === 0) return source.mistakes.map(mistake => diagnosticOf(mistake, source))
  // Each key of the second object repeats one of the first: said once, as what it is.
  const others = source.mistakes.filter(mistake => mistake.kind !== 'duplicate-key' || mistake.place.column > 1)
  return [...begins.map(mistake => missingSeparator(mistake, source)), ...others.map(one => diagnosticOf(one, source))]
}

const advice = {
  syntax: {
    code: 'FW100',
    why: 'The document cannot be read, so none of it is used; the others are.',
    fix: 'look here and at the lines above for a bracket or quote that is not closed, a tab, or uneven indentation',
  },
  'duplicate-key': { code: 'FW101', why: 'One of the two values would silently win, so the document is left out.' },
  alias: {
    code: 'FW102',
    why: 'The document cannot be written out in full, so none of it is used.',
    fix: 'write the value out where the alias stands',
  },
} as const

/** Templates of charts are no YAML before Helm has filled them in. */
const templateAdvice = { fix: 'fill the template in first: helm template <chart> | fairway check -' }

function diagnosticOf(mistake: YamlMistake, source: Source): Diagnostic {
  const earlier = mistake.earlier === undefined ? undefined : source.position(mistake.earlier)
  return {
    severity: 'error',
    message: mistake.message,
    ...advice[mistake.kind],
    ...(mistake.kind === 'syntax' && source.isTemplate ? templateAdvice : {}),
    ...(earlier === undefined ? {} : { fix: `keep one of them; the other is at line ${earlier.line}` }),
    position: source.position(mistake.place),
  }
}

/** A second `apiVersion:` at the beginning of a line is the beginning of a second object. */
function beginsObject({ kind, message, place }: YamlMistake): boolean {
  return kind === 'duplicate-key' && place.column === 1 && message.includes('"apiVersion"')
}

function missingSeparator(mistake: YamlMistake, source: Source): Diagnostic {
  return {
    code: 'FW101',
    severity: 'error',
    message: 'a second object begins here, and no --- stands before it',
    why: 'Without it both are read as one, with every key set twice, so neither is used.',
    fix: 'put --- on a line of its own before this one',
    position: source.position(mistake.place),
  }
}
