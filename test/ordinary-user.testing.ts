// An account without rights, and a Node and a checkout that it can read wherever they are.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const ordinaryUserId = 12_345

/** What comes before a command to run it as this user. */
export const asOrdinaryUser: readonly string[] = [
  'setpriv', `--reuid=${ordinaryUserId}`, `--regid=${ordinaryUserId}`, '--clear-groups', '--inh-caps=-all', 'env', 'HOME=/nonexistent',
] // biome-ignore format: one command line

const shelf = '/run/readable'

/** Node and the checkout may lie below /root, which others must not enter: the sandbox's own /run shows them to everyone. */
export function readableForAll(): { readonly node: string; readonly checkout: string } {
  const node = join(shelf, 'node')
  const checkout = join(shelf, 'checkout')
  if (existsSync(node)) return { node, checkout }
  mkdirSync(checkout, { recursive: true })
  writeFileSync(node, '')
  bind(process.execPath, node)
  bind(join(import.meta.dirname, '..'), checkout)
  return { node, checkout }
}

function bind(source: string, target: string): void {
  const { status, stderr } = spawnSync('mount', ['--bind', source, target], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`cannot show ${source} at ${target}; is this run by scripts/in-sandbox? ${stderr}`)
}
