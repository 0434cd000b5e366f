// How does a test report read diagnostics? As JUnit XML: a suite per file, a case per finding, errors and warnings fail.
import { titleOf } from './codes.ts'
import { compareDiagnostics, type Diagnostic } from './diagnostic.ts'

/** Without any test case, some readers of reports call the run a failure: a file without findings is one that passed. */
export function printJunit(
  diagnostics: readonly Diagnostic[],
  { files = [] }: { readonly files?: readonly string[] } = {},
): string {
  const byFile = new Map<string, Diagnostic[]>(files.map(file => [file, []]))
  for (const diagnostic of diagnostics.toSorted(compareDiagnostics)) {
    const file = diagnostic.position?.file ?? diagnostic.object ?? 'fairway'
    byFile.set(file, [...(byFile.get(file) ?? []), diagnostic])
  }
  const failing = diagnostics.filter(isFailure).length
  const suites = [...byFile]
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([file, found]) => suiteOf(file, found))
  const passing = [...byFile.values()].filter(found => found.length === 0).length
  const counts = `tests="${diagnostics.length + passing}" failures="${failing}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="fairway check" ${counts}>\n${suites.join('')}</testsuites>\n`
}

function suiteOf(file: string, diagnostics: readonly Diagnostic[]): string {
  const failing = diagnostics.filter(isFailure).length
  const passed = diagnostics.length === 0 ? '    <testcase classname="fairway" name="no finding"/>\n' : ''
  const head = `  <testsuite name="${escapeXml(file)}" tests="${diagnostics.length || 1}" failures="${failing}">\n`
  return `${head}${passed}${diagnostics.map(caseOf).join('')}  </testsuite>\n`
}

function caseOf(diagnostic: Diagnostic): string {
  const { code, severity, message, why, fix, position } = diagnostic
  const place = position === undefined ? '' : ` line ${position.line}, column ${position.column}`
  const name = `${code} ${titleOf(code)}${place}`
  const body = escapeXml(
    [message, why, fix === undefined ? undefined : `Fix: ${fix}`].filter(part => part !== undefined).join('\n'),
  )
  const open = `    <testcase classname="${code}" name="${escapeXml(name)}">\n`
  const inner = isFailure(diagnostic)
    ? `      <failure type="${severity}" message="${escapeXml(message)}">${body}</failure>\n`
    : `      <system-out>${body}</system-out>\n`
  return `${open}${inner}    </testcase>\n`
}

function isFailure({ severity }: Diagnostic): boolean {
  return severity !== 'info'
}

/** What XML 1.0 cannot hold at all: control characters, and halves of surrogate pairs. */
const impossible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters XML forbids
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

function escapeXml(text: string): string {
  return text
    .replaceAll(impossible, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll(/[\t\n\r]/g, character => `&#${character.charCodeAt(0)};`)
}
