// Streams a watch: one JSON event a line, until the client leaves or its time is over.
import { ApiError } from '../../objects/api-error.ts'
import { apiVersionOf } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/object.ts'
import type { Api } from '../rest/api.ts'
import { badRequest } from '../rest/errors.ts'
import type { Pages } from '../rest/pages.ts'
import type { ServedKind } from '../rest/served-kinds.ts'
import { type WatchNotice, type WatchRequest, watch } from '../rest/watch.ts'
import type { Exchange } from './exchange.ts'
import { negotiate } from './negotiate.ts'
import { objectJson } from './objects-reply.ts'
import { listRequestOf } from './options.ts'
import { isTrue } from './query-value.ts'
import { statusOf } from './reply.ts'

const bookmarkEveryMs = 60_000
/** Upstream ends a watch after half an hour to an hour, so that clients spread. */
const defaultTimeoutMs = 45 * 60_000
/** The longest delay that a timer takes; a longer one would fire at once. */
const longestTimeoutMs = 2 ** 31 - 1
/**
 * A client that reads slower than things happen is cut off before it fills the memory; it resumes where it stood, or lists.
 * What is told at the start does not count: it is as large as the list, however fast the client reads.
 */
const maxBufferedBytes = 32 * 1024 * 1024

export interface WatchReply {
  readonly served: ServedKind
  readonly pages: Pages
  readonly namespace?: string
  readonly name?: string
}

export function replyWatch(api: Api, exchange: Exchange, options: WatchReply): void {
  const { response, query } = exchange
  const { served } = options
  const form = negotiate(exchange.request.headers.accept)
  const bookmarks = isTrue(query.get('allowWatchBookmarks'))
  const request = watchRequestOf(query, options)
  let headers = true
  let stop = () => {}
  let allowedBytes = Number.POSITIVE_INFINITY

  const send = (type: string, json: string) => {
    // An ended response takes nothing more, and it may take the client long to read the rest.
    if (response.writableEnded || response.destroyed) return
    response.write(`{"type":"${type}","object":${json}}\n`)
    if (response.writableLength > allowedBytes) response.destroy()
  }
  const sendObject = (type: string, object: KubeObject) => {
    send(type, objectJson(exchange, object, { served, now: api.now(), form, headers }))
    headers = false
  }
  const sendBookmark = (resourceVersion: string, initialEnd: boolean) => {
    const annotations = initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}
    const { group, version, kind } = served.definition
    const mark = {
      kind,
      apiVersion: apiVersionOf(group, version),
      metadata: { name: '', resourceVersion, ...annotations },
    }
    if (form.as !== 'table')
      send(
        'BOOKMARK',
        JSON.stringify(
          form.as === 'object'
            ? markOf(mark)
            : { ...markOf(mark), kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${form.version}` },
        ),
      )
    else {
      const table = {
        kind: 'Table',
        apiVersion: `meta.k8s.io/${form.version}`,
        metadata: { resourceVersion },
        columnDefinitions: null,
        rows: [],
      }
      send('BOOKMARK', JSON.stringify(table))
    }
  }
  const observer = (notice: WatchNotice) => {
    if (notice.kind === 'change') sendObject(notice.type, notice.object)
    else if (request.sendInitialEvents === true && bookmarks) sendBookmark(notice.resourceVersion, true)
  }
  const end = () => {
    stop()
    response.end()
  }

  response.setHeader('Content-Type', 'application/json')
  response.setHeader('Cache-Control', 'no-cache, private')
  try {
    stop = watch(api, served, { request, pages: options.pages, observer })
  } catch (error) {
    // Expired arrives as an event in a stream that opened well: that is where client-go looks for it.
    if (!(error instanceof ApiError) || error.code !== 410) throw error
    response.writeHead(200)
    send('ERROR', JSON.stringify(statusOf(error)))
    response.end()
    return
  }
  allowedBytes = response.writableLength + maxBufferedBytes
  response.flushHeaders()
  const asked = Number(query.get('timeoutSeconds') ?? 0) * 1000
  const timeout = setTimeout(end, asked > 0 ? Math.min(asked, longestTimeoutMs) : defaultTimeoutMs)
  const marker = bookmarks
    ? setInterval(() => sendBookmark(String(api.store.revision), false), bookmarkEveryMs)
    : undefined
  response.once('close', () => {
    clearTimeout(timeout)
    clearInterval(marker)
    stop()
  })
}

/** client-go decodes bookmarks strictly enough to want every field it knows, and no name. */
function markOf(mark: {
  kind: string
  apiVersion: string
  metadata: { name: string; resourceVersion: string }
}): object {
  const { name: _name, ...metadata } = mark.metadata
  return { ...mark, metadata: { ...metadata, creationTimestamp: null } }
}

function watchRequestOf(query: URLSearchParams, { namespace, name }: WatchReply): WatchRequest {
  const listed = listRequestOf(query, namespace)
  const initial = query.get('sendInitialEvents')
  if (initial === null && listed.resourceVersionMatch !== undefined) {
    throw badRequest('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  }
  const { resourceVersion, labelSelector } = listed
  const fieldSelector = [listed.fieldSelector, name === undefined ? undefined : `metadata.name=${name}`]
    .filter(Boolean)
    .join(',')
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === '' ? {} : { fieldSelector }),
    ...(initial === null ? {} : { sendInitialEvents: isTrue(initial) }),
  }
}
