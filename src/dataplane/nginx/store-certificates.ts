// Puts the certificates that a proxy serves, and no others, into files next to its configuration.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KeyPair } from '../../pki/authority.ts'
import type { CertificateId, CertificateNeed } from './certificates.ts'
import type { CertificateFiles } from './proxy-options.ts'

/** Signs a certificate for these names with the proxy's authority. */
export type Issue = (names: readonly string[]) => Promise<KeyPair>

export interface CertificateStore {
  /** Writes what is missing. A Secret that is gone in the meantime gets the nameless default. */
  prepare(
    needs: readonly CertificateNeed[],
    secrets: ReadonlyMap<string, KeyPair>,
  ): Promise<ReadonlyMap<CertificateId, CertificateFiles>>
  /** Removes the files of certificates that are no longer served. */
  keepOnly(files: Iterable<CertificateFiles>): void
}

export interface StorePlace {
  /** As this process reaches it. */
  readonly directory: string
  /** As NGINX sees it. */
  readonly seenAs: string
  readonly issue: Issue
}

export function createCertificateStore({ directory, seenAs, issue }: StorePlace): CertificateStore {
  const issued = new Map<string, Promise<KeyPair>>()
  const written = new Set<string>()
  // Workers never read keys: the master does, before it gives up its rights.
  mkdirSync(directory, { recursive: true, mode: 0o700 })

  function issueOnce(names: readonly string[]): Promise<KeyPair> {
    const key = names.join(' ')
    const known = issued.get(key)
    if (known !== undefined) return known
    const pair = issue(names)
    issued.set(key, pair)
    // A failure is not remembered: the next attempt asks again.
    pair.catch(() => issued.delete(key))
    return pair
  }

  /** Named by content, so that the files of a configuration that still serves are never changed under it. */
  function write(pair: KeyPair): CertificateFiles {
    const name = createHash('sha256').update(pair.certificatePem).update(pair.privateKeyPem).digest('hex').slice(0, 24)
    if (!written.has(name)) {
      for (const [suffix, text] of [
        ['crt', pair.certificatePem],
        ['key', pair.privateKeyPem],
      ] as const) {
        // biome-ignore format: a table
        const path = join(directory, `${name}.${suffix}`)
        rmSync(`${path}.new`, { force: true })
        writeFileSync(`${path}.new`, text, { mode: 0o600, flag: 'wx' })
        renameSync(`${path}.new`, path)
      }
      written.add(name)
    }
    return { certificate: `${seenAs}/${name}.crt`, key: `${seenAs}/${name}.key` }
  }

  return {
    async prepare(needs, secrets) {
      const nameless = needs.find(need => need.kind === 'default')
      const files = await Promise.all(
        needs.map(async (need): Promise<readonly [CertificateId, CertificateFiles]> => {
          const fromSecret = need.kind === 'secret' ? secrets.get(need.key) : undefined
          const names = need.kind === 'default' ? need.names : nameless?.kind === 'default' ? nameless.names : []
          return [need.id, write(fromSecret ?? (await issueOnce(names)))]
        }),
      )
      return new Map(files)
    },
    keepOnly(files) {
      const kept = new Set(
        [...files].map(({ certificate }) => certificate.slice(seenAs.length + 1).replace(/\.crt$/, '')),
      )
      for (const name of readdirSync(directory)) {
        const stem = name.replace(/\.(crt|key)(\.new)?$/, '')
        if (kept.has(stem)) continue
        rmSync(join(directory, name), { force: true })
        written.delete(stem)
      }
    },
  }
}
