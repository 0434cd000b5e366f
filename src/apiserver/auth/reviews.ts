// Answers to "who am I" and "may I": resources that are asked by creating them, and never stored.
import type { Api, User } from '../rest/api.ts'
import { badRequest } from '../rest/errors.ts'
import { type Access, decide } from './authorize.ts'
import { issuer, userOfToken } from './token.ts'

export interface ReviewRequest {
  readonly user: User
  readonly body: Readonly<Record<string, unknown>>
}

/** The status that completes the review. */
export type Review = (api: Api, request: ReviewRequest) => object

interface ResourceAttributes {
  readonly namespace?: string
  readonly verb?: string
  readonly group?: string
  readonly resource?: string
  readonly subresource?: string
  readonly name?: string
}

interface AccessSpec {
  readonly resourceAttributes?: ResourceAttributes
  readonly nonResourceAttributes?: { readonly path?: string; readonly verb?: string }
  readonly user?: string
  readonly groups?: readonly string[]
}

function accessOf(spec: AccessSpec): Access {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec
  if (path !== undefined) return { kind: 'path', verb: path.verb ?? '', path: path.path ?? '' }
  if (resource === undefined) {
    throw badRequest(
      'spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    )
  }
  const { namespace, subresource, name } = resource
  return {
    kind: 'resource',
    verb: resource.verb ?? '',
    group: resource.group ?? '',
    resource: resource.resource ?? '',
    ...(subresource ? { subresource } : {}),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
  }
}

function specOf({ body }: ReviewRequest): AccessSpec {
  return (body.spec ?? {}) as AccessSpec
}

/** SelfSubjectAccessReview: `kubectl auth can-i`. */
export const reviewOwnAccess: Review = (_api, request) => decide(request.user, accessOf(specOf(request)))

/** SubjectAccessReview and LocalSubjectAccessReview: the same about somebody else. */
export const reviewAccess: Review = (_api, request) => {
  const spec = specOf(request)
  return decide({ name: spec.user ?? '', groups: spec.groups ?? [] }, accessOf(spec))
}

/** SelfSubjectRulesReview: `kubectl auth can-i --list`. */
export const reviewOwnRules: Review = (_api, { user }) => {
  const admin = user.groups.includes('system:masters')
  return {
    resourceRules: admin
      ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]
      : [
          {
            verbs: ['create'],
            apiGroups: ['authorization.k8s.io'],
            resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
          },
          { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
        ],
    nonResourceRules: admin
      ? [{ verbs: ['*'], nonResourceURLs: ['*'] }]
      : [
          {
            verbs: ['get'],
            nonResourceURLs: [
              '/api',
              '/api/*',
              '/apis',
              '/apis/*',
              '/healthz',
              '/livez',
              '/openapi',
              '/openapi/*',
              '/readyz',
              '/version',
            ],
          },
        ],
    incomplete: false,
  }
}

/** SelfSubjectReview: `kubectl auth whoami`. */
export const reviewSelf: Review = (_api, { user }) => ({ userInfo: userInfo(user) })

/** TokenReview: whose token is it? */
export const reviewToken: Review = (api, { body }) => {
  const token = (body.spec as { token?: unknown } | undefined)?.token
  const user = typeof token === 'string' ? userOfToken(api, token) : undefined
  return user === undefined
    ? { authenticated: false, user: {}, error: 'the token is not valid' }
    : { authenticated: true, user: userInfo(user), audiences: [issuer] }
}

function userInfo(user: User): object {
  const { name, uid, groups, extra } = user
  return { username: name, ...(uid === undefined ? {} : { uid }), groups, ...(extra === undefined ? {} : { extra }) }
}
