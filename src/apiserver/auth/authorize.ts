// What a user may do. Administrators may do everything, others may find out what is served and who they are.
// Role-based access control is not evaluated here: this server belongs to one machine and its owner.

import { ApiError } from '../../objects/api-error.ts'
import { resourceName } from '../../objects/kind.ts'
import type { ResourcePath } from '../http/resource-path.ts'
import { verbOf } from '../http/verb.ts'
import type { User } from '../rest/api.ts'

export type Access =
  | {
      readonly kind: 'resource'
      readonly verb: string
      readonly group: string
      readonly resource: string
      readonly subresource?: string
      readonly namespace?: string
      readonly name?: string
    }
  | { readonly kind: 'path'; readonly verb: string; readonly path: string }

export interface Decision {
  readonly allowed: boolean
  readonly reason: string
}

/** Paths that say what the server is, not what it holds. */
const publicPaths = [
  /^\/api(\/[^/]+)?\/?$/,
  /^\/apis(\/[^/]+){0,2}\/?$/,
  /^\/(version|healthz|livez|readyz)(\/|$)/,
  /^\/openapi(\/|$)/,
]
const aboutOneself = new Set(['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews'])

export function decide(user: User, access: Access): Decision {
  if (user.groups.includes('system:masters'))
    return { allowed: true, reason: 'members of system:masters may do everything' }
  if (access.kind === 'path') {
    const open = access.verb === 'get' && publicPaths.some(pattern => pattern.test(access.path))
    return open ? { allowed: true, reason: 'discovery is open to everybody' } : denied
  }
  const known = user.groups.includes('system:authenticated')
  const about = aboutOneself.has(access.resource) && access.verb === 'create'
  return known && about ? { allowed: true, reason: 'everybody may ask about themselves' } : denied
}

const denied: Decision = {
  allowed: false,
  reason: 'only members of system:masters may: roles are not evaluated by this server',
}

export interface Request {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly target?: ResourcePath
}

/** Throws 403 in upstream's words. */
export function authorize(user: User, request: Request): void {
  const access = accessOf(request)
  const decision = decide(user, access)
  if (!decision.allowed) throw new ApiError(403, 'Forbidden', refusal(user, access), detailsOf(access))
}

function accessOf({ method, path, query, target }: Request): Access {
  if (target === undefined) return { kind: 'path', verb: method === 'HEAD' ? 'get' : method.toLowerCase(), path }
  const { group, plural, subresource, namespace, name } = target
  return {
    kind: 'resource',
    verb: verbOf({ method, query }, target),
    group,
    resource: plural,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  }
}

function refusal(user: User, access: Access): string {
  const who = `User ${JSON.stringify(user.name)} cannot ${access.verb}`
  if (access.kind === 'path') return `forbidden: ${who} path ${JSON.stringify(access.path)}`
  const { group, namespace, name } = access
  const subject = resourceName({ group, plural: access.resource })
  const resource = access.subresource === undefined ? access.resource : `${access.resource}/${access.subresource}`
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`
  const what = name === undefined ? subject : `${subject} ${JSON.stringify(name)}`
  return `${what} is forbidden: ${who} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(group)} ${where}`
}

function detailsOf(access: Access) {
  if (access.kind === 'path') return { details: {} }
  const { group, resource, name } = access
  return { details: { group, kind: resource, ...(name === undefined ? {} : { name }) } }
}
