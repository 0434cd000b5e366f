// Traces in the running lab: out of the Network that programs it, and with packets.
import { createSecureContext, type SecureContext } from 'node:tls'
import { locator } from '../../analysis/trace/locate.ts'
import { type Client, findClient } from '../../analysis/trace/place.ts'
import { trace } from '../../analysis/trace/trace.ts'
import { nothingForeseen, type TraceWorld } from '../../analysis/trace/world.ts'
import type { Informers } from '../../controllers/framework/context.ts'
import type { NetworkSource } from '../../controllers/network/start-network.ts'
import type { Kubelets } from '../../lab/pods/start-kubelets.ts'
import type { Topology } from '../../lab/topology/topology.ts'
import {
  type CiliumL2AnnouncementPolicy,
  ciliumL2AnnouncementPolicies,
} from '../../objects/kinds/cilium-l2-announcement-policy.ts'
import { type Ingress, ingresses } from '../../objects/kinds/ingress.ts'
import { type IngressClass, ingressClasses } from '../../objects/kinds/ingress-class.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import { runLive } from '../../proof/trace/run-live.ts'
import type { Site } from '../../site/site.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import { trustBundle } from '../../sys/trust.ts'
import { inventoryOf } from '../inventory-of.ts'
import type { LabCalls } from '../lab-calls.ts'
import type { LoadedInput } from '../load-input.ts'
import type { LabCertificates } from './certificates.ts'
import type { LabIngress } from './ingress.ts'

export interface TracerOptions {
  readonly site: Site
  /** What the user wrote, to say where. */
  readonly input: LoadedInput
  readonly topology: Topology
  readonly network: NetworkSource
  readonly informers: Informers
  readonly ingress: LabIngress
  readonly kubelets: Pick<Kubelets, 'worker'>
  readonly certificates: LabCertificates
}

export interface Tracer {
  answer(question: LabCalls['trace']['input']): Promise<LabCalls['trace']['output']>
  /** The folder was read again. */
  reread(input: LoadedInput): void
}

export function createTracer(options: TracerOptions): Tracer {
  const { site, topology, network, informers, ingress, kubelets, certificates } = options
  const sources = {
    pods: informers.of<Pod>(pods),
    services: informers.of<Service>(services),
    ingresses: informers.of<Ingress>(ingresses),
    ingressClasses: informers.of<IngressClass>(ingressClasses),
    policies: informers.of<CiliumL2AnnouncementPolicy>(ciliumL2AnnouncementPolicies),
  }
  let trusting: SecureContext | undefined
  let locate = locator(inventoryOf(options.input))

  function world(): TraceWorld {
    network.flush()
    return {
      site,
      network: network.current(),
      pods: sources.pods.items,
      services: [...sources.services.items.values()],
      ingresses: [...sources.ingresses.items.values()],
      ingressClasses: [...sources.ingressClasses.items.values()],
      announcementPolicies: [...sources.policies.items.values()],
      tables: new Map([...ingress.tables.served()].map(([className, { table }]) => [className, table])),
      locate,
      prediction: nothingForeseen,
    }
  }

  /** Reading some hundred authorities takes a while, so it is done once. */
  function secureContext(): SecureContext {
    trusting ??= createSecureContext({ ca: trustBundle([certificates.web.certificatePem]) })
    return trusting
  }

  function namespaceOf({ kind, name }: Client): NetNamespace | undefined {
    return kind === 'pod' ? kubelets.worker(name)?.namespace : topology.machines.get(name)?.namespace
  }

  return {
    reread(input) {
      locate = locator(inventoryOf(input))
    },
    async answer({ live, ...question }) {
      const seen = world()
      const found = trace(seen, question)
      if ('misread' in found || !live) return 'misread' in found ? found : { trace: found }
      const client = findClient(question.from, seen)
      const namespace = 'misread' in client ? undefined : namespaceOf(client)
      if (namespace === undefined) throw new Error(`${question.from} does not run, so nothing can be sent from it`)
      const owners = new Map(
        seen.network.pods.flatMap(pod =>
          pod.hostNetwork ? [] : pod.addresses.map(address => [address, pod.key] as const),
        ),
      )
      return {
        trace: found,
        live: await runLive(found, {
          client: namespace,
          machine: name => topology.machines.get(name)?.namespace,
          podAt: address => owners.get(address),
          secureContext: secureContext(),
        }),
      }
    },
  }
}
