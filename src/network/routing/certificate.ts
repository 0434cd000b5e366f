// Which certificate a host is served with, and why the one it asked for is not used.
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { HostTls } from '../routing.ts'
import type { HostClaim } from './claim.ts'
import { hostCovers } from './host.ts'

/** What is known of a Secret that should hold a certificate. Parsing X.509 needs Node, so the caller does it. */
export type CertificateState =
  | { readonly kind: 'valid'; readonly names: readonly string[] }
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid'; readonly why: string }

export type FindCertificate = (namespace: string, name: string) => CertificateState

/** The first usable Secret of the oldest claim decides; without one the default certificate serves, never nothing. */
export function chooseCertificate(
  host: string,
  {
    claims,
    find,
    diagnostics,
  }: { readonly claims: readonly HostClaim[]; readonly find: FindCertificate; readonly diagnostics: Diagnostic[] },
): HostTls {
  let chosen: HostTls | undefined
  for (const claim of claims) {
    for (const { namespace, name, field } of claim.secrets) {
      const problem = problemOf(find(namespace, name), { host, name: `${namespace}/${name}` })
      if (problem === undefined) {
        chosen ??= { kind: 'secret', namespace, name }
        continue
      }
      diagnostics.push({
        code: problem.code,
        severity: 'warning',
        object: claim.object,
        field,
        message: `${claim.object}: ${field}: ${problem.message}`,
        why: `${host} is served with the default certificate until that changes.`,
        fix: problem.fix,
      })
    }
  }
  return chosen ?? { kind: 'default' }
}

interface Problem {
  readonly code: Diagnostic['code']
  readonly message: string
  readonly fix: string
}

function problemOf(
  state: CertificateState,
  { host, name }: { readonly host: string; readonly name: string },
): Problem | undefined {
  switch (state.kind) {
    case 'missing':
      return {
        code: 'FW420',
        message: `Secret ${name} does not exist`,
        fix: `create it (kubectl create secret tls …), or let a Certificate with this secretName issue it`,
      }
    case 'invalid':
      return {
        code: 'FW421',
        message: `Secret ${name} holds no usable certificate: ${state.why}`,
        fix: 'put a PEM chain into tls.crt and its private key into tls.key',
      }
    case 'valid': {
      if (host === '*' || state.names.some(pattern => hostCovers(pattern.toLowerCase(), host))) return undefined
      return {
        code: 'FW422',
        message: `the certificate in Secret ${name} covers ${state.names.join(', ') || 'no name'}, not ${host}`,
        fix: `issue a certificate for ${host}, or name another Secret`,
      }
    }
  }
}
