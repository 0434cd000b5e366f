// Who sends a request: the subject of a client certificate, the owner of a bearer token, or nobody known.
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import { ApiError } from '../../objects/api-error.ts'
import type { Api, User } from '../rest/api.ts'
import { userOfToken } from './token.ts'

export const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/** Certificates do not change within a connection. */
const users = new WeakMap<TLSSocket, User>()

/** Throws 401 for a token that is not, or no longer, good. */
export function authenticate(api: Api, request: IncomingMessage, assumed: User | undefined): User {
  const user = ofCertificate(request) ?? ofToken(api, request) ?? assumed ?? anonymous
  return impersonated(request, user)
}

function ofCertificate({ socket }: IncomingMessage): User | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  let user = users.get(socket)
  if (user === undefined) {
    const { subject } = socket.getPeerCertificate()
    if (subject?.CN === undefined) return undefined
    // Node gives one organization as a string and several as a list; the declared type knows the string only.
    const organizations: unknown = subject.O
    const groups = organizations === undefined ? [] : [organizations].flat().map(String)
    user = { name: String(subject.CN), groups: [...groups, 'system:authenticated'] }
    users.set(socket, user)
  }
  return user
}

function ofToken(api: Api, request: IncomingMessage): User | undefined {
  const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (token === undefined) return undefined
  const user = userOfToken(api, token)
  if (user === undefined) throw new ApiError(401, 'Unauthorized', 'Unauthorized')
  return user
}

/** `kubectl --as`: an administrator may act as anybody. */
function impersonated(request: IncomingMessage, user: User): User {
  const name = request.headers['impersonate-user']
  if (typeof name !== 'string') return user
  if (!user.groups.includes('system:masters')) {
    const message = `users ${JSON.stringify(name)} is forbidden: User ${JSON.stringify(user.name)} cannot impersonate resource "users" in API group "" at the cluster scope`
    throw new ApiError(403, 'Forbidden', message)
  }
  // Node joins repeated headers with a comma and a space; the distinct form keeps them apart.
  const groups = request.headersDistinct['impersonate-group'] ?? []
  return { name, groups: [...groups, ...serviceAccountGroups(name), 'system:authenticated'] }
}

function serviceAccountGroups(name: string): readonly string[] {
  const namespace = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name)?.[1]
  return namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
}
