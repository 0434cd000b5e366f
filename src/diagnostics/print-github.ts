// How does a GitHub workflow read diagnostics? As commands that annotate lines of a pull request.
import { titleOf } from './codes.ts'
import { compareDiagnostics, type Diagnostic, type Severity } from './diagnostic.ts'

const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' }

export function printGithub(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.toSorted(compareDiagnostics).map(lineOf).join('')
}

function lineOf({ code, severity, message, why, fix, position }: Diagnostic): string {
  const properties = {
    ...(position && { file: position.file, line: String(position.line), col: String(position.column) }),
    title: `${code} ${titleOf(code)}`,
  }
  const text = [message, why, fix === undefined ? undefined : `Fix: ${fix}`]
    .filter(part => part !== undefined)
    .join('\n')
  const list = Object.entries(properties).map(([name, value]) => `${name}=${escapeProperty(value)}`)
  return `::${commands[severity]} ${list.join(',')}::${escapeData(text)}\n`
}

/** A line break would end the command, and what follows could be another one. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
