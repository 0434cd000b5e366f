// What the compiler must know of the place where NGINX will run.
import type { Address } from '../../net/address.ts'
import type { CertificateId } from './certificates.ts'
import type { NginxVersion } from './version.ts'

/** All paths are as NGINX sees them. */
export interface ProxyPlace {
  readonly version: NginxVersion
  /** Holds nginx.conf and what belongs to it. */
  readonly directory: string
  /** For bodies too large for memory; the workers' user must be able to reach it. */
  readonly temporaryDirectory: string
  readonly pidFile: string
  readonly accessLog: string
  /** Fixed for the life of the process: with `reuseport` a change would lose the connections that wait in closed sockets. */
  readonly workers: number
  /** `root` where no other user exists (a user namespace), otherwise an account without rights. */
  readonly user: string
  readonly ports: { readonly http: number; readonly https: number; readonly status: number }
  readonly ipv6: boolean
  /** The hard limit of open files, which NGINX may have no right to raise. */
  readonly openFiles: number
  /** Starts every request's id, and must differ between instances and their restarts: letters and digits. */
  readonly requestIdPrefix: string
  /** Asked at request time for Services of type ExternalName; empty: those answer 503. */
  readonly resolvers: readonly Address[]
}

export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
}

export interface CompileInput {
  readonly place: ProxyPlace
  /** Every certificate that `certificatesOf` names. */
  readonly certificates: ReadonlyMap<CertificateId, CertificateFiles>
}
