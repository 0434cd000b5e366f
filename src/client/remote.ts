// A Kubernetes API behind HTTPS as a Client.
import { ApiError, isApiError } from '../objects/api-error.ts'
import type { KindRef } from '../objects/kind.ts'
import { apiVersionOf } from '../objects/kind.ts'
import type { KubeObject, ObjectKey } from '../objects/object.ts'
import type {
  Client,
  DeleteOptions,
  ListOptions,
  ObjectList,
  PatchBody,
  PatchOptions,
  UpdateOptions,
  WatchEvent,
  WatchOptions,
} from './client.ts'
import type { Transport } from './transport.ts'
import { errorOf } from './transport.ts'

/** As kubectl's: large lists come in pieces that the server can hold in memory. */
const pageSize = 500
/** The server ends a watch after so long; the informer takes it up again. */
const watchSeconds = 290

const patchTypes = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  // JSON is YAML.
  apply: 'application/apply-patch+yaml',
} as const

export function remoteClient(transport: Transport): Client {
  return {
    async get<T extends KubeObject>(kind: KindRef, key: ObjectKey) {
      try {
        return (await transport.call({ method: 'GET', path: objectPath(kind, key) })) as T
      } catch (error) {
        // Without details it is the resource that the server does not know, not the object.
        if (isApiError(error, 'NotFound') && error.details !== undefined) return undefined
        throw error
      }
    },
    list: <T extends KubeObject>(kind: KindRef, options: ListOptions = {}) => list<T>(transport, kind, options),
    watch: <T extends KubeObject>(kind: KindRef, options: WatchOptions) => watch<T>(transport, kind, options),
    async create<T extends KubeObject>(kind: KindRef, object: T) {
      const path = collectionPath(kind, object.metadata.namespace)
      return (await transport.call({ method: 'POST', path, body: json(object) })) as T
    },
    async update<T extends KubeObject>(kind: KindRef, object: T, { subresource }: UpdateOptions = {}) {
      const path = objectPath(kind, object.metadata, subresource)
      return (await transport.call({ method: 'PUT', path, body: json(object) })) as T
    },
    async patch<T extends KubeObject>(kind: KindRef, key: ObjectKey, body: PatchBody, options: PatchOptions = {}) {
      const query = body.type === 'apply' ? { fieldManager: body.fieldManager, force: `${body.force}` } : {}
      const path = objectPath(kind, key, options.subresource) + queryText(query)
      const content = { contentType: patchTypes[body.type], value: body.patch }
      return (await transport.call({ method: 'PATCH', path, body: content })) as T
    },
    async delete(kind: KindRef, key: ObjectKey, options: DeleteOptions = {}) {
      const { propagation, gracePeriodSeconds, preconditions } = options
      const value = {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
        ...(preconditions === undefined ? {} : { preconditions }),
      }
      await transport.call({ method: 'DELETE', path: objectPath(kind, key), body: json(value) })
    },
  }
}

interface ListBody<T> {
  readonly items?: readonly T[] | null
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
}

async function list<T extends KubeObject>(
  transport: Transport,
  kind: KindRef,
  options: ListOptions,
): Promise<ObjectList<T>> {
  const items: T[] = []
  let next: string | undefined
  let limit: number | undefined = pageSize
  for (;;) {
    const query = { ...scopeQuery(options), limit: limit?.toString(), continue: next }
    const path = collectionPath(kind, options.namespace) + queryText(query)
    let body: ListBody<T>
    try {
      body = ((await transport.call({ method: 'GET', path })) ?? {}) as ListBody<T>
    } catch (error) {
      // The pages grew too old while we read them: once more, in one piece.
      if (next === undefined || !isApiError(error) || error.code !== 410) throw error
      items.length = 0
      next = undefined
      limit = undefined
      continue
    }
    // Objects in a list leave out what the list says for all of them.
    for (const item of body.items ?? [])
      items.push({ ...item, apiVersion: apiVersionOf(kind.group, kind.version), kind: kind.kind })
    next = body.metadata?.continue || undefined
    if (next === undefined) return { items, resourceVersion: body.metadata?.resourceVersion ?? '' }
  }
}

async function* watch<T extends KubeObject>(
  transport: Transport,
  kind: KindRef,
  { signal, resourceVersion, namespace, ...options }: WatchOptions,
): AsyncIterable<WatchEvent<T>> {
  const query = {
    ...scopeQuery(options),
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion,
    timeoutSeconds: `${watchSeconds}`,
  }
  const path = collectionPath(kind, namespace) + queryText(query)
  try {
    for await (const line of transport.lines({ method: 'GET', path, signal })) {
      if (signal.aborted) return
      const event = parseEvent<T>(line, path)
      if (event !== undefined) yield event
    }
  } catch (error) {
    if (signal.aborted) return
    throw error
  }
}

function parseEvent<T extends KubeObject>(line: string, path: string): WatchEvent<T> | undefined {
  let event: { readonly type?: string; readonly object?: T & { readonly code?: number } }
  try {
    event = JSON.parse(line)
  } catch (cause) {
    throw new ApiError(500, 'InternalError', `GET ${path}: a watch event is not JSON`, { cause })
  }
  const { type, object } = event
  if (object === undefined) return undefined
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object }
    case 'BOOKMARK':
      return { type, resourceVersion: object.metadata.resourceVersion ?? '' }
    case 'ERROR':
      throw errorOf(object.code ?? 500, JSON.stringify(object), { method: 'GET', path })
    default:
      return undefined
  }
}

function collectionPath(kind: KindRef, namespace: string | undefined): string {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`
  const scope = kind.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${root}${scope}/${kind.plural}`
}

function objectPath(kind: KindRef, { namespace, name }: ObjectKey, subresource?: string): string {
  const path = `${collectionPath(kind, namespace)}/${encodeURIComponent(name)}`
  return subresource === undefined ? path : `${path}/${subresource}`
}

function scopeQuery({ labelSelector, fieldSelector }: ListOptions): Readonly<Record<string, string | undefined>> {
  return { labelSelector, fieldSelector }
}

function queryText(query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}

function json(value: unknown): { readonly contentType: string; readonly value: unknown } {
  return { contentType: 'application/json', value }
}
