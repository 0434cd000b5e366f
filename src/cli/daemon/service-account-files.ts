// What a pod is given to prove who it is: a token of its service account, and the API server's authority.
import type { ApiServer } from '../../apiserver/api-server.ts'
import { issueServiceAccountToken } from '../../apiserver/auth/token-request.ts'
import type { ServiceAccountFiles } from '../../lab/kubelet/volumes.ts'
import { isApiError } from '../../objects/api-error.ts'
import type { LabCertificates } from './certificates.ts'

/** A lab's pods live for days, not years, and nobody renews their files. */
const tokenSeconds = 365 * 24 * 3600

/** Undefined for an account that does not exist. */
export function serviceAccountFiles(
  api: ApiServer,
  account: { readonly namespace: string; readonly name: string; readonly certificates: LabCertificates },
): ServiceAccountFiles | undefined {
  const { namespace, name, certificates } = account
  try {
    const request = { key: { namespace, name }, body: { spec: { expirationSeconds: tokenSeconds } } }
    const { status } = issueServiceAccountToken(api, request)
    return { token: status.token, caCertificate: certificates.cluster.certificatePem }
  } catch (error) {
    if (isApiError(error, 'NotFound')) return undefined
    throw error
  }
}
