// serviceaccounts/token: a TokenRequest, as `kubectl create token` and kubelets send it.

import { pods } from '../../objects/kinds/pod.ts'
import { serviceAccounts } from '../../objects/kinds/service-account.ts'
import type { ObjectKey } from '../../objects/object.ts'
import { invalid as invalidField } from '../../objects/problems.ts'
import { type Api, timestamp } from '../rest/api.ts'
import { invalid, notFound } from '../rest/errors.ts'
import { issuer, signToken } from './token.ts'

const defaultSeconds = 3600
const minSeconds = 600
const maxSeconds = 2 ** 32

interface TokenRequest {
  readonly spec?: {
    readonly audiences?: readonly string[]
    readonly expirationSeconds?: number
    readonly boundObjectRef?: { readonly kind?: string; readonly name?: string; readonly uid?: string }
  }
}

/** A TokenRequest with its answer in `status`. */
export interface IssuedToken {
  readonly apiVersion: string
  readonly kind: 'TokenRequest'
  readonly metadata: { readonly name: string; readonly namespace: string; readonly creationTimestamp: string }
  readonly spec: object
  readonly status: { readonly token: string; readonly expirationTimestamp: string }
}

export function issueServiceAccountToken(
  api: Api,
  { key, body }: { readonly key: ObjectKey; readonly body: unknown },
): IssuedToken {
  const namespace = key.namespace ?? ''
  const account = api.store.collection('serviceaccounts').get(`${namespace}/${key.name}`)
  if (account === undefined) throw notFound(serviceAccounts, key.name)
  const spec = (body as TokenRequest | undefined)?.spec ?? {}
  const seconds = spec.expirationSeconds ?? defaultSeconds
  if (!Number.isInteger(seconds) || seconds < minSeconds || seconds > maxSeconds) {
    const path = ['spec', 'expirationSeconds']
    const why =
      seconds < minSeconds
        ? 'may not specify a duration less than 10 minutes'
        : 'may not specify a duration larger than 2^32 seconds'
    throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest', plural: 'tokenrequests' }, '', [
      invalidField(path, seconds, why),
    ])
  }
  const audiences = spec.audiences === undefined || spec.audiences.length === 0 ? [issuer] : spec.audiences
  const pod = boundPod(api, namespace, spec.boundObjectRef)
  const issuedAt = Math.floor(api.now() / 1000)
  const token = signToken(api, {
    iss: issuer,
    sub: `system:serviceaccount:${namespace}:${key.name}`,
    aud: audiences,
    exp: issuedAt + seconds,
    iat: issuedAt,
    nbf: issuedAt,
    jti: api.randomUUID(),
    'kubernetes.io': {
      namespace,
      serviceaccount: { name: key.name, uid: account.metadata.uid ?? '' },
      ...(pod === undefined ? {} : { pod }),
    },
  })
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name: key.name, namespace, creationTimestamp: timestamp(api) },
    spec: { ...spec, audiences, expirationSeconds: seconds },
    status: { token, expirationTimestamp: timestamp(api, seconds * 1000) },
  }
}

type BoundRef = NonNullable<TokenRequest['spec']>['boundObjectRef']

function boundPod(api: Api, namespace: string, ref: BoundRef): { name: string; uid: string } | undefined {
  if (ref?.kind !== 'Pod' || ref.name === undefined) return undefined
  const pod = api.store.collection('pods').get(`${namespace}/${ref.name}`)
  if (pod === undefined || (ref.uid !== undefined && ref.uid !== '' && ref.uid !== pod.metadata.uid))
    throw notFound(pods, ref.name)
  return { name: ref.name, uid: pod.metadata.uid ?? '' }
}
