// Which certificates a program in the lab trusts: those of the host, and the lab's own authorities.
import { readFileSync } from 'node:fs'
import { trustedCertificates } from './view.ts'

/** The host's bundle followed by `authorities`, in PEM. A host without a bundle contributes nothing. */
export function trustBundle(authorities: readonly string[]): string {
  return [hostBundle(), ...authorities]
    .map(pem => pem.trim())
    .filter(pem => pem !== '')
    .join('\n')
    .concat('\n')
}

function hostBundle(): string {
  try {
    return readFileSync(trustedCertificates, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
