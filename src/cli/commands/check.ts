// `fairway check`: finds mistakes in a folder of YAML, before a cluster does.
import { parseArgs } from 'node:util'
import { check as checkInventory } from '../../analysis/check/check.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { formats, printDiagnostics } from '../../diagnostics/print.ts'
import type { SkippedObject } from '../../objects/decode.ts'
import { type Command, exit, InputError, type Io, UsageError } from '../command.ts'
import { inventoryOf } from '../inventory-of.ts'
import { type LoadedInput, loadInput } from '../load-input.ts'
import { type InputFile, readInput } from '../read-input.ts'
import { version } from '../version.ts'

export const check: Command = {
  name: 'check',
  summary: 'Find mistakes in a folder of YAML',
  usage: `Usage: fairway check PATH... [-o text|json|sarif|github|junit] [--fail-on error|warning]

PATH is a folder, a file, or - for stdin; several are checked together. Needs no cluster, no root and no Linux.
With a Site among them they are taken for all there is; without one, what is missing may be in the cluster already.

  -o FORMAT        text (default), json, sarif, github (annotations of a workflow) or junit
  --fail-on LEVEL  exit with 1 from this severity on (default error)

Exit code: 0 nothing found of that severity; 1 something found; 2 nothing could be read, or wrong usage.
Every code has a page: docs/checks/README.md.`,
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
    const files = await readFiles(paths, io)
    const loaded = loadInput(files)
    const isEmpty = holdsNothing(loaded)
    if (isEmpty && loaded.diagnostics.length === 0)
      throw new InputError(`nothing to check: there is no Kubernetes object in ${paths.join(', ')}`)
    const diagnostics = [...loaded.diagnostics, ...checkInventory(inventoryOf(loaded))]
    const text = printDiagnostics(diagnostics, {
      format,
      color: io.color,
      version,
      files: files.map(({ file }) => file),
    }).trimEnd()
    if (text !== '') io.out(text)
    const foreign = loaded.skipped.filter(({ isMistaken }) => !isMistaken)
    for (const document of foreign) io.note(`skipped: ${describeSkipped(document)}`)
    io.note(summary(diagnostics, files.length, loaded.objects.length + loaded.custom.length))
    if (isEmpty && diagnostics.every(isUnreadable)) return exit.usage
    const isBad = ({ severity }: Diagnostic) => severity === 'error' || (failOn === 'warning' && severity === 'warning')
    return diagnostics.some(isBad) ? exit.bad : exit.good
  },
}

/** A file that two of the paths name is read once. */
async function readFiles(paths: readonly string[], io: Io): Promise<readonly InputFile[]> {
  const files = (await Promise.all([...new Set(paths)].map(path => readInput(path, io)))).flat()
  return [...new Map(files.map(file => [file.file, file])).values()]
}

function holdsNothing({ site, objects, custom, skipped }: LoadedInput): boolean {
  return site === undefined && objects.length + custom.length + skipped.length === 0
}

/** Says that something is no manifest at all, not that a manifest is wrong. */
function isUnreadable({ code }: Diagnostic): boolean {
  return code === 'FW100' || code === 'FW102' || code === 'FW103'
}

function describeSkipped({ object, position }: SkippedObject): string {
  return `${position.file}:${position.line}  ${object.kind} (${object.apiVersion}), a kind that Fairway does not know`
}

function summary(diagnostics: readonly Diagnostic[], files: number, objects: number): string {
  const count = (severity: Diagnostic['severity']) => diagnostics.filter(found => found.severity === severity).length
  return [
    `${counted(files, 'file')}, ${counted(objects, 'object')}: ${counted(count('error'), 'error')}`,
    counted(count('warning'), 'warning'),
    counted(count('info'), 'hint'),
  ].join(', ')
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
