// Upgrade requests: exec, attach and port-forward leave HTTP here, after the same checks as any request.
import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { ApiServer } from '../api-server.ts'
import { authenticate } from '../auth/authenticate.ts'
import { authorize } from '../auth/authorize.ts'
import { badRequest } from '../rest/errors.ts'
import { handleUpgrade, refuseUpgrade, type UpgradeTarget } from '../streaming/upgrade.ts'
import { exchangeOf, type HandlerOptions } from './handler.ts'
import { requireStreams } from './pod-logs.ts'
import { parseResourcePath } from './resource-path.ts'

export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

export function upgradeHandler(api: ApiServer, options: HandlerOptions = {}): UpgradeListener {
  return (request, socket, head) => {
    // Node gives the socket away without a listener, and a client may reset it before it has read the refusal.
    socket.on('error', () => socket.destroy())
    let target: UpgradeTarget
    try {
      target = admit(api, request, options)
    } catch (error) {
      refuseUpgrade(socket, error)
      return
    }
    api.metrics.sessions.add(socket)
    socket.once('close', () => api.metrics.sessions.delete(socket))
    // Never rejects: failures have been answered or went through the error channel.
    void handleUpgrade(request, socket, head, target)
  }
}

function admit(api: ApiServer, request: IncomingMessage, options: HandlerOptions): UpgradeTarget {
  const { path, query, method } = exchangeOf(request, new ServerResponse(request))
  const target = parseResourcePath(path)
  const user = authenticate(api, request, options.assume)
  authorize(user, { method, path, query, ...(target === undefined ? {} : { target }) })
  const kind = target?.subresource
  if (target?.plural !== 'pods' || target.name === undefined || target.namespace === undefined || !isUpgrade(kind)) {
    throw badRequest(`${path} cannot be upgraded: only pods/exec, pods/attach and pods/portforward can`)
  }
  const pod = { namespace: target.namespace, name: target.name }
  return { kind, pod, streams: requireStreams(api, pod) }
}

function isUpgrade(kind: string | undefined): kind is UpgradeTarget['kind'] {
  return kind === 'exec' || kind === 'attach' || kind === 'portforward'
}
