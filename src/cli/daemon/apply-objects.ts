// Brings the API server to what the folder says, touching only what the folder changed since the last time.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Client } from '../../client/client.ts'
import type { Diagnostic, Position } from '../../diagnostics/diagnostic.ts'
import { writePrivateFile } from '../../lab/daemon/state-directory.ts'
import { ApiError } from '../../objects/api-error.ts'
import type { KindRef } from '../../objects/kind.ts'
import { describeObject, type KubeObject } from '../../objects/object.ts'
import { findKind } from '../../objects/registry.ts'
import { logProblem } from './log.ts'

export interface WantedObject {
  readonly object: KubeObject
  readonly position?: Position
  /** Of an object whose kind a CustomResourceDefinition of the folder brings; others are looked up. */
  readonly kind?: KindRef
}

export interface ApplyOptions {
  readonly client: Client
  /** Remembers what was applied, by object, as a hash: in the state directory. */
  readonly ledger: string
}

interface Ledger {
  readonly [object: string]: { readonly hash: string; readonly kind: KindRef }
}

const fieldManager = 'fairway'

/**
 * Objects are applied server-side in the given order. What the folder held at the last time and holds no more is deleted. An object
 * that the API server refuses, or refuses to delete, becomes a diagnostic, is tried again the next time, and the others go on.
 */
export async function applyObjects(
  wanted: readonly WantedObject[],
  options: ApplyOptions,
): Promise<readonly Diagnostic[]> {
  const before = readLedger(options.ledger)
  const after: Record<string, { hash: string; kind: KindRef }> = {}
  const diagnostics: Diagnostic[] = []
  for (const { object, position, kind = kindOf(object) } of wanted) {
    const name = describeObject(object)
    if (kind === undefined) {
      diagnostics.push(
        refused(name, new ApiError(404, 'NotFound', `no kind ${object.kind} in ${object.apiVersion}`), position),
      )
      continue
    }
    const hash = createHash('sha256').update(JSON.stringify(object)).digest('base64')
    if (before[name]?.hash !== hash) {
      const refusal = await apply(object, { kind, client: options.client })
      if (refusal !== undefined) {
        diagnostics.push(refused(name, refusal, position))
        // An earlier state of it may be there, which goes when the folder holds it no more.
        if (before[name] !== undefined) after[name] = { ...before[name], hash: '' }
        continue
      }
    }
    after[name] = { hash, kind }
  }
  for (const [name, entry] of Object.entries(before)) {
    if (after[name] !== undefined || diagnostics.some(found => found.object === name)) continue
    const refusal = await remove(name, entry.kind, options.client)
    if (refusal === undefined) continue
    diagnostics.push(notDeleted(name, refusal))
    after[name] = entry
  }
  try {
    writePrivateFile(options.ledger, JSON.stringify(after))
  } catch (error) {
    // By the old list, some is applied again the next time; only what is new and goes before that would stay.
    logProblem('cannot note what was applied', error)
  }
  return diagnostics
}

/** A kind may be served in several versions; an object is applied in its own. */
function kindOf(object: KubeObject): KindRef | undefined {
  const found = findKind(object.apiVersion, object.kind)
  if (found === undefined) return undefined
  const { group, kind, plural, namespaced } = found
  return { group, kind, plural, namespaced, version: object.apiVersion.slice(object.apiVersion.indexOf('/') + 1) }
}

async function apply(
  object: KubeObject,
  { kind, client }: { readonly kind: KindRef; readonly client: Client },
): Promise<ApiError | undefined> {
  const key = {
    name: object.metadata.name,
    ...(kind.namespaced ? { namespace: object.metadata.namespace ?? 'default' } : {}),
  }
  try {
    await client.patch(kind, key, { type: 'apply', patch: object, fieldManager, force: true })
    return undefined
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
}

/** `name` is as `describeObject` wrote it. */
async function remove(name: string, kind: KindRef, client: Client): Promise<ApiError | undefined> {
  const rest = name.split('/').slice(1)
  const [namespace, objectName] = rest.length === 2 ? rest : [kind.namespaced ? 'default' : undefined, rest[0]]
  if (objectName === undefined) return undefined
  try {
    await client.delete(kind, { name: objectName, ...(namespace === undefined ? {} : { namespace }) })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (error.reason !== 'NotFound') return error
  }
  return undefined
}

function notDeleted(object: string, error: ApiError): Diagnostic {
  return {
    code: 'FW130',
    severity: 'error',
    message: `the folder holds ${object} no more, and the API server refuses to delete it: ${error.message}`,
    fix: 'put it back into the folder, or delete it with kubectl once nothing is in the way',
    object,
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
