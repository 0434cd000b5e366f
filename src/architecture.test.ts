// Reads every import and fails when a room imports a room below it, or when files import in a circle.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { test } from 'node:test'

/** From top to bottom: a room may import itself and what stands before it. */
const rooms = [
  'net', 'diagnostics', 'objects', 'site', 'network', 'analysis', 'view', 'sys', 'pki', 'dataplane', 'apiserver',
  'client', 'controllers', 'lab', 'proof', 'observe', 'cluster', 'dashboard', 'cli',
] // biome-ignore format: one list, read as one line
const pureRooms = new Set(rooms.slice(0, rooms.indexOf('sys')))
/** What a pure room may use of Node: nothing that reads the world. */
const pureBuiltins = new Set<string>([])

const source = import.meta.dirname
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts') && file.includes('/'))
  .sort()
const imports = new Map(files.map(file => [file, importsOf(file)]))

test('a room imports only rooms above it', () => {
  const breaches: string[] = []
  for (const [file, targets] of imports) {
    if (file.endsWith('.test.ts')) continue
    const own = rooms.indexOf(roomOf(file))
    assert.notEqual(own, -1, `src/${file} stands in no known room`)
    for (const target of targets.local) {
      if (rooms.indexOf(roomOf(target)) > own) breaches.push(`src/${file} imports src/${target}`)
    }
  }
  assert.deepEqual(breaches, [])
})

test('a pure room uses nothing of Node that reads the world', () => {
  const breaches: string[] = []
  for (const [file, targets] of imports) {
    if (file.endsWith('.test.ts') || file.endsWith('.testing.ts') || !pureRooms.has(roomOf(file))) continue
    for (const name of targets.builtin) if (!pureBuiltins.has(name)) breaches.push(`src/${file} imports ${name}`)
  }
  assert.deepEqual(breaches, [])
})

test('no file imports itself through others', () => {
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file)
    assert.equal(start, -1, `import cycle: ${[...path.slice(start), file].join(' → ')}`)
    if (done.has(file)) return
    for (const target of imports.get(file)?.runtime ?? []) visit(target, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
})

function roomOf(file: string): string {
  return file.slice(0, file.indexOf('/'))
}

function importsOf(file: string) {
  const local: string[] = []
  const runtime: string[] = []
  const builtin: string[] = []
  const text = readFileSync(join(source, file), 'utf8')
  for (const match of text.matchAll(
    /^(?:import|export)\s+(type\s)?[^'"]*?from\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm,
  )) {
    const specifier = match[2] ?? match[3] ?? ''
    if (specifier.startsWith('node:')) builtin.push(specifier)
    if (!specifier.startsWith('.')) continue
    const target = relative(source, normalize(join(source, dirname(file), specifier)))
    local.push(target)
    if (match[1] === undefined && match[2] !== undefined && target.endsWith('.ts')) runtime.push(target)
  }
  return { local: local.filter(target => !target.startsWith('..')), runtime, builtin }
}
