// How do people read diagnostics? `file:line:col  severity CODE  what`, then why, then how to fix.
import { compareDiagnostics, type Diagnostic, type Severity } from './diagnostic.ts'

const colors: Readonly<Record<Severity, string>> = { error: '31', warning: '33', info: '36' }

/** Ends with a line break; empty when there is nothing to say. */
export function printText(diagnostics: readonly Diagnostic[], { color }: { readonly color: boolean }): string {
  return diagnostics
    .toSorted(compareDiagnostics)
    .map(diagnostic => textOf(diagnostic, color))
    .join('')
}

function textOf({ code, severity, message, why, fix, position, object }: Diagnostic, color: boolean): string {
  const place = position === undefined ? (object ?? '') : `${position.file}:${position.line}:${position.column}`
  const level = `${severity} ${code}`
  const head = [
    ...(place === '' ? [] : [painted(visible(place), '1', color)]),
    painted(level, colors[severity], color),
    visible(message),
  ]
  const lines = [head.join('  ')]
  if (why !== undefined) lines.push(...indented('why: ', why))
  if (fix !== undefined) lines.push(...indented('fix: ', fix))
  return `${lines.join('\n')}\n`
}

function indented(label: string, text: string): string[] {
  return text.split('\n').map((line, index) => `  ${index === 0 ? label : ' '.repeat(label.length)}${visible(line)}`)
}

function painted(text: string, style: string, color: boolean): string {
  return color ? `\u001b[${style}m${text}\u001b[0m` : text
}

/** Messages quote the user's files; what could steer a terminal is shown, not sent. */
function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, character => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
