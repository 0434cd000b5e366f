// Brings the API server to what the folder says, touching only what the folder changed since the last time.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Client } from '../../client/client.ts'
import type { Diagnostic, Position } from '../../diagnostics/diagnostic.ts'
import { writePrivateFile } from '../../lab/daemon/state-directory.ts'
import { ApiError, isApiError } from '../../objects/api-error.ts'
import { describeObject, type KubeObject } from '../../objects/object.ts'
import { findKind } from '../../objects/registry.ts'

export interface WantedObject {
  readonly object: KubeObject
  readonly position?: Position
}

export interface ApplyOptions {
  readonly client: Client
  /** Remembers what was applied, by object, as a hash: in the state directory. */
  readonly ledger: string
}

interface Ledger {
  readonly [object: string]: { readonly hash: string; readonly apiVersion: string }
}

const fieldManager = 'fairway'

/**
 * Objects are applied server-side in the given order. What the folder held at the last time and holds no more is deleted. An object
 * that the API server refuses becomes a diagnostic, and the others go on.
 */
export async function applyObjects(
  wanted: readonly WantedObject[],
  options: ApplyOptions,
): Promise<readonly Diagnostic[]> {
  const before = readLedger(options.ledger)
  const after: Record<string, { hash: string; apiVersion: string }> = {}
  const diagnostics: Diagnostic[] = []
  for (const { object, position } of wanted) {
    const name = describeObject(object)
    const hash = createHash('sha256').update(JSON.stringify(object)).digest('base64')
    if (before[name]?.hash !== hash) {
      const refusal = await apply(object, options.client)
      if (refusal !== undefined) {
        diagnostics.push(refused(name, refusal, position))
        continue
      }
    }
    after[name] = { hash, apiVersion: object.apiVersion }
  }
  for (const [name, { apiVersion }] of Object.entries(before)) {
    if (after[name] === undefined && !diagnostics.some(found => found.object === name))
      await remove(name, apiVersion, options.client)
  }
  writePrivateFile(options.ledger, JSON.stringify(after))
  return diagnostics
}

async function apply(object: KubeObject, client: Client): Promise<ApiError | undefined> {
  const kind = findKind(object.apiVersion, object.kind)
  if (kind === undefined) return new ApiError(404, 'NotFound', `no kind ${object.kind} in ${object.apiVersion}`)
  // A kind may be served in several versions; the object is applied in its own.
  const version = object.apiVersion.slice(object.apiVersion.indexOf('/') + 1)
  const key = {
    name: object.metadata.name,
    ...(kind.namespaced ? { namespace: object.metadata.namespace ?? 'default' } : {}),
  }
  try {
    await client.patch({ ...kind, version }, key, { type: 'apply', patch: object, fieldManager, force: true })
    return undefined
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
}

async function remove(name: string, apiVersion: string, client: Client): Promise<void> {
  const [kindName = '', ...rest] = name.split('/')
  const kind = findKind(apiVersion, kindName)
  const [namespace, objectName] = rest.length === 2 ? rest : [undefined, rest[0]]
  if (kind === undefined || objectName === undefined) return
  try {
    await client.delete(kind, { name: objectName, ...(namespace === undefined ? {} : { namespace }) })
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error
  }
}

function refused(object: string, error: ApiError, position: Position | undefined): Diagnostic {
  return {
    code: 'FW130',
    severity: 'error',
    message: `the API server refuses ${object}: ${error.message}`,
    fix:
      error.reason === 'NotFound' && error.message.includes('namespaces')
        ? 'add the Namespace to the folder'
        : 'correct the object; everything else was applied',
    object,
    ...(position === undefined ? {} : { position }),
  }
}

function readLedger(path: string): Ledger {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Ledger
  } catch {
    // Missing at the first start; cut short by a full disk: then everything is applied again.
    return {}
  }
}
