// How do code scanners read diagnostics? As SARIF 2.1.0 (OASIS).
import { titleOf } from './codes.ts'
import { compareDiagnostics, type Diagnostic, type Severity } from './diagnostic.ts'
import { explanationOf } from './explanations.ts'

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' }

export function printSarif(
  diagnostics: readonly Diagnostic[],
  { version }: { readonly version?: string } = {},
): string {
  const sorted = diagnostics.toSorted(compareDiagnostics)
  const ids = [...new Set(sorted.map(({ code }) => code))].toSorted()
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'fairway',
            ...(version === undefined ? {} : { semanticVersion: version }),
            rules: ids.map(ruleOf),
          },
        },
        // JavaScript's strings, and with them our columns, count so.
        columnKind: 'utf16CodeUnits',
        results: sorted.map(diagnostic => resultOf(diagnostic, ids)),
      },
    ],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

/** GitHub shows the help beside the finding, and refuses a rule whose help has no text. */
function ruleOf(id: string) {
  const title = titleOf(id)
  const explanation = explanationOf(id) ?? title
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: explanation },
    help: { text: explanation, markdown: `**${title}.** ${explanation}\n\nMore: \`docs/checks/${id}.md\` of Fairway.` },
  }
}

function resultOf({ code, severity, message, why, fix, position, object }: Diagnostic, ids: readonly string[]) {
  const text = [message, why, fix === undefined ? undefined : `Fix: ${fix}`]
    .filter(part => part !== undefined)
    .join('\n')
  const region = position && { startLine: position.line, startColumn: position.column }
  const physicalLocation = position && { artifactLocation: { uri: uriOf(position.file) }, region }
  const logicalLocations = object === undefined ? undefined : [{ fullyQualifiedName: object, kind: 'object' }]
  const located = physicalLocation !== undefined || logicalLocations !== undefined
  return {
    ruleId: code,
    ruleIndex: ids.indexOf(code),
    level: levels[severity],
    message: { text },
    ...(located ? { locations: [{ physicalLocation, logicalLocations }] } : {}),
  }
}

/** A relative reference (RFC 3986 §4.2); a colon in the first segment would read as a scheme. */
function uriOf(file: string): string {
  const escaped = file.toWellFormed().replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
  return escaped.startsWith('/') ? `file://${escaped}` : escaped
}
