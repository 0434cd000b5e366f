// Which image runs as what in the lab: the visible order in which runtimes are asked.
import { createSecureContext } from 'node:tls'
import { runtimeDirectory } from '../../lab/daemon/enclosure.ts'
import type { Runtime } from '../../lab/runtime.ts'
import { createBusybox } from '../../lab/runtimes/busybox.ts'
import { createExecRoot } from '../../lab/runtimes/exec-root.ts'
import { createHostAgent } from '../../lab/runtimes/host-agent.ts'
import { createStandIn } from '../../lab/runtimes/stand-in/stand-in.ts'
import { createDnsRuntime } from '../../lab/runtimes/unbound.ts'
import type { Topology } from '../../lab/topology/topology.ts'
import type { Site } from '../../site/site.ts'
import { trustBundle } from '../../sys/trust.ts'
import { agentSocket } from './agents.ts'
import type { LabCertificates } from './certificates.ts'
import type { LabIngress } from './ingress.ts'
import type { Names } from './names.ts'

export interface RuntimesOptions {
  readonly site: Site
  readonly topology: Topology
  readonly names: Names
  readonly ingress: LabIngress
  readonly certificates: LabCertificates
}

export function labRuntimes({ site, topology, names, ingress, certificates }: RuntimesOptions): readonly Runtime[] {
  const roots = {
    sharedDirectory: `${runtimeDirectory}/shared`,
    trustedCertificates: trustBundle([certificates.web.certificatePem, certificates.cluster.certificatePem]),
  }
  return [
    ingress.runtime,
    createDnsRuntime({
      view: names.cluster,
      zones: names.clusterZones,
      forwarders: names.upstream,
      aliasZones: [site.dns.zone],
      exec: context => createExecRoot(context, roots),
    }),
    createHostAgent({
      containerNames: new Set(['cilium-agent']),
      programs: { directory: `${runtimeDirectory}/agent-programs`, socket: agentSocket },
      command: (node, argv) => topology.machines.get(node)?.command(argv) ?? argv,
    }),
    createBusybox(roots),
    createStandIn({
      now: Date.now,
      exec: context => createExecRoot(context, roots),
      secureContext: once(async () => {
        const pair = certificates.site([site.domain, `*.${site.domain}`])
        return createSecureContext({ cert: pair.certificatePem, key: pair.privateKeyPem })
      }),
    }),
  ]
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
