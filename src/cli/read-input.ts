// Which YAML files a folder, a file or stdin holds.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { InputError, type Io } from './command.ts'

export interface InputFile {
  /** As the user would name it, relative to where they stand. */
  readonly file: string
  readonly text: string
}

/**
 * A folder is read with everything below it, in the order of the names; hidden files and folders, `node_modules` and files that a
 * tool keeps for itself (kustomization.yaml, Chart.yaml, values.yaml) are left alone. `-` is stdin.
 */
export async function readInput(path: string, io: Io): Promise<readonly InputFile[]> {
  if (path === '-') return [{ file: '<stdin>', text: await io.readStdin() }]
  const full = isAbsolute(path) ? path : resolve(io.cwd, path)
  const files = yamlFilesBelow(full, path)
  if (files.length === 0) throw new InputError(`no YAML file in ${path}`)
  return files.map(file => ({ file: shorter(file, io.cwd), text: read(file) }))
}

function yamlFilesBelow(full: string, asGiven: string): readonly string[] {
  const stat = readable(full, () => statSync(full, { throwIfNoEntry: false }))
  if (stat === undefined) throw new InputError(`no such file or folder: ${asGiven}`)
  if (!stat.isDirectory()) return [full]
  return readable(full, () => readdirSync(full, { withFileTypes: true }))
    .filter(entry => !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(full, entry.name)
      if (entry.isDirectory()) return yamlFilesBelow(path, path)
      return /\.(ya?ml|json)$/.test(entry.name) && !toolFiles.has(entry.name) ? [path] : []
    })
}

const toolFiles = new Set([
  'kustomization.yaml', 'kustomization.yml', 'Chart.yaml', 'values.yaml', 'values.schema.json', 'package.json', 'tsconfig.json',
]) // biome-ignore format: a list of names

function read(file: string): string {
  return readable(file, () => readFileSync(file, 'utf8'))
}

function readable<T>(path: string, attempt: () => T): T {
  try {
    return attempt()
  } catch (error) {
    throw new InputError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function shorter(file: string, cwd: string): string {
  const path = relative(cwd, file)
  return path.startsWith('..') ? file : path
}
