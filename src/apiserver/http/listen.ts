// The listening socket: HTTPS with client certificates, on a port or on a socket that the launcher opened.
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { KeyPair } from '../../pki/authority.ts'
import type { ApiServer } from '../api-server.ts'
import { requestHandler } from './handler.ts'
import { upgradeHandler } from './upgrade-handler.ts'

export type ListenOn = { readonly fd: number } | { readonly host: string; readonly port: number }

export interface ListenOptions {
  readonly on: ListenOn
  readonly certificate: KeyPair
  /** Signs the certificates of those who may come in. */
  readonly clientAuthorityPem: string
}

export interface Listening extends AsyncDisposable {
  readonly port: number
}

/** Ten minutes without a request, a little more than client-go keeps idle connections. */
const keepAliveMs = 10 * 60_000

export async function listen(api: ApiServer, options: ListenOptions): Promise<Listening> {
  const { certificate } = options
  const server = createServer({
    cert: certificate.certificatePem,
    key: certificate.privateKeyPem,
    ca: options.clientAuthorityPem,
    requestCert: true,
    // Those without a certificate may still have a token, or ask for discovery.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    keepAliveTimeout: keepAliveMs,
    // Watches and uploads through exec take as long as they take.
    requestTimeout: 0,
    noDelay: true,
  })
  server.on('request', requestHandler(api))
  server.on('upgrade', upgradeHandler(api))
  // A client that speaks no TLS, or leaves during the handshake, is no concern of the others.
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.on, () => {
      server.off('error', reject)
      resolve()
    })
  })
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
        for (const socket of api.metrics.sessions) socket.destroy()
      }),
  }
}
