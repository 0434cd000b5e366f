// The ingress classes of the lab: their routing tables, what is told of them, and the runtime of their proxies.
import type { ControllerOptions, Informers } from '../../controllers/framework/context.ts'
import { startIngressStatus } from '../../controllers/ingress/ingress-status.ts'
import { type IngressTables, startIngressTables } from '../../controllers/ingress/ingress-tables.ts'
import type { NetworkSource } from '../../controllers/network/start-network.ts'
import { createNginx, type NginxRuntime } from '../../lab/runtimes/nginx.ts'
import { trustBundle } from '../../sys/trust.ts'
import type { LabCertificates } from './certificates.ts'
import { logProblem } from './log.ts'

export interface LabIngressOptions {
  readonly world: ControllerOptions & { readonly informers: Informers }
  readonly network: NetworkSource
  readonly certificates: LabCertificates
}

export interface LabIngress extends AsyncDisposable {
  readonly tables: IngressTables
  readonly runtime: NginxRuntime
}

export function startIngress({ world, network, certificates }: LabIngressOptions): LabIngress {
  const tables = startIngressTables({ ...world, network })
  const status = startIngressStatus({ ...world, tables })
  const runtime = createNginx({
    tables,
    issue: async hosts => certificates.site(hosts),
    trustedCertificates: trustBundle([certificates.web.certificatePem, certificates.cluster.certificatePem]),
    onProblem: ({ where, error }) => logProblem(where, error),
  })
  return { tables, runtime, [Symbol.asyncDispose]: () => status[Symbol.asyncDispose]() }
}
