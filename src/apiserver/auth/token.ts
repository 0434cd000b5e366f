// Bearer tokens of service accounts: signed here (ES256), good until they expire or their account is gone.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import type { KubeObject } from '../../objects/object.ts'
import type { Api, User } from '../rest/api.ts'

export const issuer = 'https://kubernetes.default.svc'

/** Kept in the database beside the Secrets, so that tokens outlive a restart. Not served under any path. */
const collection = 'signing-keys.fairway.internal'

interface SigningKey extends KubeObject {
  readonly privateKeyPem: string
}

export interface Claims {
  readonly iss: string
  readonly sub: string
  readonly aud: readonly string[]
  /** Seconds since the epoch, like the other two. */
  readonly exp: number
  readonly iat: number
  readonly nbf: number
  readonly jti: string
  readonly 'kubernetes.io': {
    readonly namespace: string
    readonly serviceaccount: { readonly name: string; readonly uid: string }
    readonly pod?: { readonly name: string; readonly uid: string }
  }
}

export function signToken(api: Api, claims: Claims): string {
  const content = `${encode({ alg: 'ES256', typ: 'JWT' })}.${encode(claims)}`
  const signature = sign('sha256', Buffer.from(content), { key: signingKey(api), dsaEncoding: 'ieee-p1363' })
  return `${content}.${signature.toString('base64url')}`
}

/** Undefined when the token is not ours, has expired, is for somebody else, or its account is no more. */
export function userOfToken(api: Api, token: string): User | undefined {
  const claims = verified(api, token)
  if (claims === undefined || claims.iss !== issuer || !claims.aud.includes(issuer)) return undefined
  if (claims.exp * 1000 <= api.now() || claims.nbf * 1000 > api.now() + 60_000) return undefined
  const { namespace, serviceaccount, pod } = claims['kubernetes.io']
  const account = api.store.collection('serviceaccounts').get(`${namespace}/${serviceaccount.name}`)
  if (account?.metadata.uid !== serviceaccount.uid) return undefined
  if (pod !== undefined && api.store.collection('pods').get(`${namespace}/${pod.name}`)?.metadata.uid !== pod.uid)
    return undefined
  return {
    name: claims.sub,
    uid: serviceaccount.uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    ...(pod === undefined
      ? {}
      : {
          extra: {
            'authentication.kubernetes.io/pod-name': [pod.name],
            'authentication.kubernetes.io/pod-uid': [pod.uid],
          },
        }),
  }
}

function verified(api: Api, token: string): Claims | undefined {
  const parts = token.split('.')
  const [header = '', payload = '', signature = ''] = parts
  if (parts.length !== 3) return undefined
  const key = createPublicKey(signingKey(api))
  const good = verify(
    'sha256',
    Buffer.from(`${header}.${payload}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  // What we have signed we have written, so the shape needs no check.
  return good ? (JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims) : undefined
}

const keys = new WeakMap<Api, KeyObject>()

function signingKey(api: Api): KeyObject {
  let key = keys.get(api)
  if (key === undefined) {
    const stored = api.store.collection(collection).get('service-accounts') as SigningKey | undefined
    key = createPrivateKey((stored ?? newSigningKey(api)).privateKeyPem)
    keys.set(api, key)
  }
  return key
}

function newSigningKey(api: Api): SigningKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const object: SigningKey = {
    apiVersion: 'fairway.dev/internal',
    kind: 'SigningKey',
    metadata: { name: 'service-accounts' },
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
  api.store.put(collection, object)
  return object
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
