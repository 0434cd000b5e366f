// Reads what a client sent: JSON, YAML or Kubernetes protobuf, of bounded size.
import { parse } from 'yaml'
import { ApiError } from '../../objects/api-error.ts'
import { decodeObject, protobufType } from '../protobuf/decode.ts'
import { badRequest } from '../rest/errors.ts'
import type { Exchange } from './exchange.ts'

/** Upstream's limit of one object. */
const maxBytes = 3 * 1024 * 1024

/** Undefined when the body is empty. */
export async function readBody(exchange: Exchange): Promise<unknown> {
  const bytes = await readBytes(exchange)
  if (bytes.length === 0) return undefined
  const type = contentType(exchange)
  if (type === protobufType) return decodeObject(bytes)
  const text = bytes.toString('utf8')
  switch (type) {
    case '':
    case 'application/json':
    case 'application/json-patch+json':
    case 'application/merge-patch+json':
    case 'application/strategic-merge-patch+json':
      return parseJson(text)
    case 'application/yaml':
    case 'application/apply-patch+yaml':
    case 'application/apply-patch+json':
      // JSON is read much faster, and kubectl calls it YAML when it applies.
      return text.startsWith('{') ? parseJson(text) : parseYaml(text)
    default:
      throw new ApiError(
        415,
        'UnsupportedMediaType',
        `the body of the request was in an unknown format - accepted media types include: application/json, application/yaml (got ${type})`,
      )
  }
}

export function contentType(exchange: Exchange): string {
  return (exchange.request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

async function readBytes(exchange: Exchange): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of exchange.request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) {
      // The rest is not read, so nothing that follows on this connection could be told from it.
      exchange.response.setHeader('Connection', 'close')
      throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${maxBytes}`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw badRequest(`couldn't parse the body as JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function parseYaml(text: string): unknown {
  try {
    // Aliases could blow a small text up to any size; no client of the API needs them.
    return parse(text, { maxAliasCount: 0 })
  } catch (error) {
    throw badRequest(`couldn't parse the body as YAML: ${error instanceof Error ? error.message : String(error)}`)
  }
}
