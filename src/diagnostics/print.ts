// In which formats are diagnostics printed? One row per format.
import type { Diagnostic } from './diagnostic.ts'
import { printGithub } from './print-github.ts'
import { printJson } from './print-json.ts'
import { printJunit } from './print-junit.ts'
import { printSarif } from './print-sarif.ts'
import { printText } from './print-text.ts'

export interface PrintOptions {
  /** For `text` only. */
  readonly color: boolean
  /** Every file that was looked at, for `junit`: one without findings is a test that passed. */
  readonly files?: readonly string[]
  /** Of Fairway, for `sarif`. */
  readonly version?: string
}

const printers = {
  text: printText,
  json: printJson,
  sarif: printSarif,
  github: printGithub,
  junit: printJunit,
} as const satisfies Readonly<Record<string, (diagnostics: readonly Diagnostic[], options: PrintOptions) => string>>

export type Format = keyof typeof printers

export const formats = Object.keys(printers) as readonly Format[]

export function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  { format, ...options }: PrintOptions & { readonly format: Format },
): string {
  return printers[format](diagnostics, options)
}
