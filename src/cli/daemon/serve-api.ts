// Who can reach the API server, and how: kubectl on the host, pods through Service `kubernetes`.
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { ApiServer } from '../../apiserver/api-server.ts'
import { type StateDirectory, writePrivateFile } from '../../lab/daemon/state-directory.ts'
import type { Topology } from '../../lab/topology/topology.ts'
import { address } from '../../net/address.ts'
import { addressAt } from '../../net/cidr.ts'
import { renderKubeconfig } from '../../pki/kubeconfig.ts'
import type { Site } from '../../site/site.ts'
import type { LabCertificates } from './certificates.ts'
import { apiPorts } from './system-objects.ts'

export interface ServeApiOptions {
  readonly api: ApiServer
  readonly site: Site
  readonly state: StateDirectory
  readonly topology: Topology
  readonly certificates: LabCertificates
  /** The host's loopback socket. */
  readonly socket: { readonly fd: number; readonly port: number }
}

export interface ServedApi extends AsyncDisposable {
  /** For kubectl on the host. */
  readonly url: string
}

export async function serveApi(options: ServeApiOptions): Promise<ServedApi> {
  const { api, site, certificates, socket, state, topology } = options
  const names = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    `kubernetes.default.svc.${site.dns.zone}`,
    'localhost',
  ]
  const first = site.serviceCidrs.flatMap(cidr => addressAt(cidr, 1) ?? [])
  const controlPlane = controlPlaneAddresses(site)
  const certificate = certificates.apiServer(names, [address('127.0.0.1'), ...first, ...controlPlane])
  const clientAuthorityPem = certificates.cluster.certificatePem
  const listening = await api.listen({ on: { fd: socket.fd }, certificate, clientAuthorityPem })

  const inside = controlPlaneNodes(site).flatMap(node => {
    const machine = topology.machines.get(node.name)
    if (machine === undefined) return []
    const https = createHttpsServer(
      {
        cert: certificate.certificatePem,
        key: certificate.privateKeyPem,
        ca: clientAuthorityPem,
        requestCert: true,
        rejectUnauthorized: false,
        requestTimeout: 0,
      },
      api.requestHandler(),
    ).on('upgrade', api.upgradeHandler())
    const http = createHttpServer(api.requestHandler())
    machine.namespace.listen(https, apiPorts.https)
    machine.namespace.listen(http, apiPorts.http)
    return [https, http]
  })

  const url = `https://127.0.0.1:${socket.port}`
  const client = certificates.administrator()
  writePrivateFile(
    state.kubeconfig,
    renderKubeconfig({ name: `fairway-${state.lab}`, server: url, authorityPem: clientAuthorityPem, client }),
  )
  return {
    url,
    async [Symbol.asyncDispose]() {
      await Promise.all(
        inside.map(server => {
          server.closeAllConnections()
          return new Promise<void>(resolve => server.close(() => resolve()))
        }),
      )
      await listening[Symbol.asyncDispose]()
    },
  }
}

export function controlPlaneNodes(site: Site): Site['nodes'] {
  const marked = site.nodes.filter(node => node.roles.includes('control-plane'))
  return marked.length > 0 ? marked : site.nodes.slice(0, 1)
}

export function controlPlaneAddresses(site: Site) {
  return controlPlaneNodes(site).flatMap(node => node.addresses)
}
