import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { systemClock } from '../../src/client/clock.ts'
import { connect } from '../../src/client/connect.ts'
import { startInformer } from '../../src/client/informer.ts'
import type { Credentials } from '../../src/client/kubeconfig.ts'
import { isApiError } from '../../src/objects/api-error.ts'
import { type Pod, pods } from '../../src/objects/kinds/pod.ts'
import { type CertificateRequest, createAuthority, issueCertificate } from '../../src/pki/authority.ts'

const now = Date.now()
const authority = createAuthority({ commonName: 'test', now, days: 1 })
const issue = (request: Pick<CertificateRequest, 'commonName' | 'dnsNames' | 'usages'>) =>
  issueCertificate(authority, { ...request, now, days: 1 })

type Handler = (request: IncomingMessage & { body: string }, response: ServerResponse) => void

const pod = (name: string, version: number) => ({
  metadata: { name, namespace: 'default', resourceVersion: `${version}`, uid: name },
})
const line = (type: string, object: object) => `${JSON.stringify({ type, object })}\n`
const status = (code: number, reason: string, details?: object) =>
  JSON.stringify({ kind: 'Status', code, reason, message: reason, details })

async function serve(handler: Handler, credentials: Credentials = { kind: 'token', token: 'secret' }) {
  const identity = issue({ commonName: 'server', dnsNames: ['localhost'], usages: ['server'] })
  const server = createServer(
    {
      cert: identity.certificatePem,
      key: identity.privateKeyPem,
      ca: authority.certificatePem,
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      let body = ''
      request.on('data', chunk => {
        body += chunk
      })
      request.on('end', () => handler(Object.assign(request, { body }), response))
    },
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const cluster = {
    server: url,
    certificateAuthority: authority.certificatePem,
    skipsVerification: false,
    serverName: 'localhost',
  }
  const world = {
    clock: systemClock,
    readText: () => undefined,
    run: () => Promise.reject(new Error('no plugins here')),
  }
  const connection = connect({ cluster, credentials, namespace: 'default' }, world)
  return {
    client: connection.client,
    async [Symbol.asyncDispose]() {
      connection[Symbol.dispose]()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

test('a list comes in pages, as one whole with the kind on every object', async () => {
  const asked: string[] = []
  await using api = await serve((request, response) => {
    asked.push(request.url ?? '')
    const isFirst = !request.url?.includes('continue=')
    const metadata = { resourceVersion: '7', ...(isFirst ? { continue: 'next/1' } : {}) }
    response.end(JSON.stringify({ items: [pod(isFirst ? 'a' : 'b', 5)], metadata }))
  })
  const list = await api.client.list<Pod>(pods, { namespace: 'default', labelSelector: 'app in (a,b)' })
  assert.deepEqual(
    list.items.map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ['Pod a', 'Pod b'],
  )
  assert.equal(list.resourceVersion, '7')
  assert.deepEqual(asked, [
    '/api/v1/namespaces/default/pods?labelSelector=app+in+%28a%2Cb%29&limit=500',
    '/api/v1/namespaces/default/pods?labelSelector=app+in+%28a%2Cb%29&limit=500&continue=next%2F1',
  ])
})

test('pages that grew too old are read once more in one piece', async () => {
  await using api = await serve((request, response) => {
    if (request.url?.includes('continue=')) {
      response.statusCode = 410
      response.end(status(410, 'Expired'))
    } else if (request.url?.includes('limit=')) {
      response.end(JSON.stringify({ items: [pod('a', 1)], metadata: { resourceVersion: '1', continue: 'x' } }))
    } else response.end(JSON.stringify({ items: [pod('a', 1), pod('b', 2)], metadata: { resourceVersion: '2' } }))
  })
  assert.equal((await api.client.list(pods)).items.length, 2)
})

test('an informer follows a watch that arrives in pieces, resumes from the bookmark, and lists anew after 410', async () => {
  const asked: string[] = []
  await using api = await serve((request, response) => {
    const url = request.url ?? ''
    asked.push(url)
    if (!url.includes('watch=true')) {
      const items = asked.length === 1 ? [pod('a', 1)] : [pod('c', 30)]
      response.end(JSON.stringify({ items, metadata: { resourceVersion: asked.length === 1 ? '1' : '30' } }))
    } else if (url.includes('resourceVersion=1&')) {
      const text =
        line('ADDED', { ...pod('ö', 2), apiVersion: 'v1', kind: 'Pod' }) +
        line('BOOKMARK', { metadata: { resourceVersion: '20' } })
      const bytes = Buffer.from(text)
      const middle = bytes.indexOf(0xc3) + 1
      response.write(bytes.subarray(0, middle))
      setTimeout(() => response.end(bytes.subarray(middle)), 10)
    } else if (url.includes('resourceVersion=20&'))
      response.end(line('ERROR', { kind: 'Status', code: 410, reason: 'Expired' }))
    else response.flushHeaders()
  })
  const stop = new AbortController()
  const informer = startInformer<Pod>(api.client, pods, { signal: stop.signal })
  const seen: string[] = []
  informer.onChange(({ key, after }) => seen.push(`${key} ${after === undefined ? 'gone' : 'here'}`))
  for (let i = 0; i < 200 && !seen.includes('default/c here'); i++)
    await new Promise(resolve => setTimeout(resolve, 10))
  stop.abort()
  assert.deepEqual(seen, ['default/a here', 'default/ö here', 'default/c here', 'default/a gone', 'default/ö gone'])
})

test('an object that is absent is undefined, a resource that is not served is an error', async () => {
  await using api = await serve((request, response) => {
    response.statusCode = 404
    response.end(
      request.url?.endsWith('/a') ? status(404, 'NotFound', { name: 'a', kind: 'pods' }) : '404 page not found',
    )
  })
  assert.equal(await api.client.get(pods, { namespace: 'default', name: 'a' }), undefined)
  await assert.rejects(api.client.get(pods, { namespace: 'default', name: 'b' }), error =>
    isApiError(error, 'NotFound'),
  )
})

test('writes carry their content type, query and body', async () => {
  const seen: string[] = []
  await using api = await serve((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['content-type']} ${request.body}`)
    response.end('{}')
  })
  const key = { namespace: 'default', name: 'a' }
  const object: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: key }
  await api.client.create(pods, object)
  await api.client.patch(pods, key, { type: 'merge', patch: { a: 1 } }, { subresource: 'status' })
  await api.client.patch(pods, key, { type: 'apply', patch: object, fieldManager: 'me', force: true })
  await api.client.delete(pods, key, { propagation: 'Foreground', preconditions: { uid: 'u' } })
  const text = JSON.stringify(object)
  assert.deepEqual(seen, [
    `POST /api/v1/namespaces/default/pods application/json ${text}`,
    'PATCH /api/v1/namespaces/default/pods/a/status application/merge-patch+json {"a":1}',
    `PATCH /api/v1/namespaces/default/pods/a?fieldManager=me&force=true application/apply-patch+yaml ${text}`,
    'DELETE /api/v1/namespaces/default/pods/a application/json {"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Foreground","preconditions":{"uid":"u"}}',
  ])
})

test('the server sees the client certificate, or the token', async () => {
  const certified = issue({ commonName: 'alice', usages: ['client'] })
  const answer: Handler = (request, response) => {
    const name = (request.socket as TLSSocket).getPeerCertificate()?.subject?.CN
    response.end(JSON.stringify({ metadata: { name: `${name} ${request.headers.authorization}` } }))
  }
  const key = { namespace: 'default', name: 'a' }
  await using withCertificate = await serve(answer, {
    kind: 'certificate',
    certificate: certified.certificatePem,
    key: certified.privateKeyPem,
  })
  assert.equal((await withCertificate.client.get(pods, key))?.metadata.name, 'alice undefined')
  await using withToken = await serve(answer)
  assert.equal((await withToken.client.get(pods, key))?.metadata.name, 'undefined Bearer secret')
})

test('a server that is not there is a ServiceUnavailable that names it', async () => {
  const api = await serve((_, response) => response.end('{}'))
  await api[Symbol.asyncDispose]()
  await assert.rejects(
    api.client.list(pods),
    error => isApiError(error, 'ServiceUnavailable') && /cannot reach the API server https:\/\/127/.test(error.message),
  )
})
