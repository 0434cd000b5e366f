// The lab's internet: one web server that is every public site, over HTTP and HTTPS, and says what it received.
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createSecureContext, type SecureContext } from 'node:tls'
import type { NetNamespace } from '../../sys/namespace.ts'

/** A certificate and its key, PEM. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

export interface WebServerOptions {
  readonly namespace: NetNamespace
  /** Signs a certificate for one host name. */
  readonly issue: (host: string) => Promise<KeyPair>
}

/** How many hosts' certificates are kept; the oldest goes first. */
const keptCertificates = 500

/**
 * busybox's wget names no signature algorithms; TLS 1.2 then means SHA-1 (RFC 5246 §7.4.1.4.1), which OpenSSL signs with at level 0
 * only. The public sites of the real internet still serve such clients.
 */
const forAllClients = { minVersion: 'TLSv1.2', ciphers: 'DEFAULT:@SECLEVEL=0' } as const

/** Listens on ports 80 and 443 of every address of the namespace. */
export function startWebServer(options: WebServerOptions): AsyncDisposable {
  const certificates = new Map<string, Promise<SecureContext>>()
  const contextFor = (host: string): Promise<SecureContext> => {
    const known = certificates.get(host)
    if (known !== undefined) return known
    const context = options.issue(host).then(pair => createSecureContext({ cert: pair.certificate, key: pair.key }))
    context.catch(() => certificates.delete(host)) // the next handshake tries again
    certificates.set(host, context)
    const oldest = certificates.keys().next()
    if (certificates.size > keptCertificates && oldest.done !== true) certificates.delete(oldest.value)
    return context
  }
  const http = createHttpServer(answer)
  const https = createHttpsServer(
    {
      ...forAllClients,
      SNICallback: (host, done) =>
        void contextFor(host.toLowerCase()).then(
          context => done(null, context),
          (error: Error) => done(error),
        ),
    },
    answer,
  )
  options.namespace.listen(http, 80)
  options.namespace.listen(https, 443)
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all([close(http), close(https)])
    },
  }
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const body = `${JSON.stringify(
    {
      site: request.headers.host ?? null,
      servedBy: "the lab's internet: a stand-in, nothing left this machine",
      client: request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? null,
      method: request.method,
      path: request.url,
      headers: request.headers,
    },
    null,
    2,
  )}\n`
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(request.method === 'HEAD' ? undefined : body)
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise(resolve => server.close(() => resolve()))
}
