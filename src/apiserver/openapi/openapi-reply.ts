// Answers /openapi/v3 and below; documents are made when first asked for and kept until a kind changes.
import { createHash } from 'node:crypto'
import type { ApiServer } from '../api-server.ts'
import type { Exchange } from '../http/exchange.ts'
import { notAcceptable } from '../http/negotiate.ts'
import { reply } from '../http/reply.ts'
import { noSuchResource } from '../rest/errors.ts'
import type { ServedKind, ServedKinds } from '../rest/served-kinds.ts'
import { version } from '../version.ts'
import type { Descriptions } from './component-schemas.ts'
import { openApiDocument } from './document.ts'
import { acceptsOpenApiV2, openApiV2Document, openApiV2Type } from './openapi-v2.ts'

interface Document {
  readonly text: string
  readonly hash: string
}

interface Documents {
  readonly generation: number
  /** By path below /openapi/v3/: `api/v1`, `apis/apps/v1`. */
  readonly byPath: ReadonlyMap<string, Document>
}

const known = new WeakMap<ServedKinds, Documents>()

export async function replyOpenApi(api: ApiServer, exchange: Exchange): Promise<void> {
  const { path } = exchange
  if (path === '/openapi/v2') {
    replyV2(exchange)
    return
  }
  const documents = await documentsOf(api.kinds)
  if (path === '/openapi/v3' || path === '/openapi/v3/') {
    const paths = Object.fromEntries(
      [...documents.byPath].map(([name, { hash }]) => [
        name,
        { serverRelativeURL: `/openapi/v3/${name}?hash=${hash}` },
      ]),
    )
    reply(exchange, { code: 200, type: 'application/json', text: JSON.stringify({ paths }) })
    return
  }
  const document = documents.byPath.get(path.slice('/openapi/v3/'.length))
  if (document === undefined) throw noSuchResource()
  // The hash in the URL names the content, so a client that asked with it never needs to ask again.
  const immutable = exchange.query.get('hash') === document.hash
  reply(exchange, {
    code: 200,
    type: 'application/json',
    text: document.text,
    headers: {
      ETag: `"${document.hash}"`,
      ...(immutable ? { 'Cache-Control': 'public, immutable, max-age=31536000' } : {}),
    },
  })
}

function replyV2({ request, response }: Exchange): void {
  if (!acceptsOpenApiV2(request.headers.accept)) throw notAcceptable(['application/json at /openapi/v3'])
  const document = openApiV2Document(version.gitVersion)
  response.writeHead(200, { 'Content-Type': openApiV2Type, 'Content-Length': document.length })
  response.end(document)
}

async function documentsOf(kinds: ServedKinds): Promise<Documents> {
  const cached = known.get(kinds)
  if (cached?.generation === kinds.generation) return cached
  // Large and only for people who ask what fields mean, so it is not read before somebody does.
  const { default: descriptions } = await import('../../objects/generated/descriptions.json', {
    with: { type: 'json' },
  })
  const { generation } = kinds
  const byPath = new Map<string, Document>()
  for (const [path, members] of byGroupVersion(kinds)) {
    const text = JSON.stringify(openApiDocument(members, descriptions as Descriptions))
    byPath.set(path, { text, hash: createHash('sha256').update(text).digest('hex').toUpperCase() })
  }
  const documents = { generation, byPath }
  known.set(kinds, documents)
  return documents
}

function byGroupVersion(kinds: ServedKinds): ReadonlyMap<string, readonly ServedKind[]> {
  const groups = new Map<string, ServedKind[]>()
  for (const served of kinds.all()) {
    const { group, version } = served.definition
    const path = group === '' ? `api/${version}` : `apis/${group}/${version}`
    groups.set(path, [...(groups.get(path) ?? []), served])
  }
  return groups
}
