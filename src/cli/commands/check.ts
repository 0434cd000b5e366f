// `fairway check`: finds mistakes in a folder of YAML, before a cluster does.
import { parseArgs } from 'node:util'
import { check as checkInventory } from '../../analysis/check/check.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { type Format, formats, printDiagnostics } from '../../diagnostics/print.ts'
import type { SkippedObject } from '../../objects/decode.ts'
import { type Command, exit, UsageError } from '../command.ts'
import { inventoryOf } from '../inventory-of.ts'
import { loadInput } from '../load-input.ts'
import { readInput } from '../read-input.ts'

export const check: Command = {
  name: 'check',
  summary: 'Find mistakes in a folder of YAML',
  usage: `Usage: fairway check PATH... [-o text|json|sarif|github|junit] [--fail-on error|warning]

PATH is a folder, a file, or - for stdin. Needs no cluster, no root and no Linux.

  -o FORMAT        text (default), json, sarif, github (annotations of a workflow) or junit
  --fail-on LEVEL  exit with 1 from this severity on (default error)

Exit code: 0 nothing found of that severity; 1 something found; 2 the input cannot be read.`,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        output: { type: 'string', short: 'o', default: 'text' },
        filename: { type: 'string', short: 'f', multiple: true },
        'fail-on': { type: 'string', default: 'error' },
      },
    })
    const format = formats.find(candidate => candidate === values.output)
    if (format === undefined)
      throw new UsageError(`-o takes ${formats.join(', ')}, not ${JSON.stringify(values.output)}`)
    const failOn = values['fail-on']
    if (failOn !== 'error' && failOn !== 'warning')
      throw new UsageError(`--fail-on takes error or warning, not ${JSON.stringify(failOn)}`)
    const paths = [...positionals, ...(values.filename ?? [])]
    if (paths.length === 0) throw new UsageError('say what to check: fairway check scenarios/anton')
    const files = (await Promise.all(paths.map(path => readInput(path, io)))).flat()
    const loaded = loadInput(files)
    const diagnostics = [...loaded.diagnostics, ...checkInventory(inventoryOf(loaded))]
    io.out(print(diagnostics, { format, color: io.color }))
    if (format === 'text') {
      for (const document of loaded.skipped) io.note(`skipped: ${describeSkipped(document)}`)
      io.note(summary(diagnostics, files.length, loaded.objects.length))
    }
    const bad = diagnostics.some(
      found => found.severity === 'error' || (failOn === 'warning' && found.severity === 'warning'),
    )
    return bad ? exit.bad : exit.good
  },
}

function print(
  diagnostics: readonly Diagnostic[],
  options: { readonly format: Format; readonly color: boolean },
): string {
  return printDiagnostics(diagnostics, options).trimEnd()
}

function describeSkipped({ object, position }: SkippedObject): string {
  return `${position.file}:${position.line}  ${object.kind} (${object.apiVersion}), a kind that Fairway does not know`
}

function summary(diagnostics: readonly Diagnostic[], files: number, objects: number): string {
  const count = (severity: Diagnostic['severity']) => diagnostics.filter(found => found.severity === severity).length
  return `${files} files, ${objects} objects: ${count('error')} errors, ${count('warning')} warnings, ${count('info')} hints`
}
