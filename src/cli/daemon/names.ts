// Who answers for names: the cluster's zone to pods, the LAN's view to everyone on the LAN, public names on the internet.
import { RecordView } from '../../controllers/dns/record-view.ts'
import type { Informers } from '../../controllers/framework/context.ts'
import type { NetworkSource } from '../../controllers/network/start-network.ts'
import type { LocalZone } from '../../dataplane/unbound/compile.ts'
import { isServable } from '../../dataplane/unbound/record-text.ts'
import { runtimeDirectory } from '../../lab/daemon/enclosure.ts'
import { publicRecords, publicZones } from '../../lab/internet/public-names.ts'
import { startWebServer } from '../../lab/internet/web-server.ts'
import { startNameServer } from '../../lab/names/name-server.ts'
import type { Topology } from '../../lab/topology/topology.ts'
import type { Address } from '../../net/address.ts'
import { lanRecords } from '../../network/lan-records.ts'
import { dnsRecords } from '../../network/resolve/dns-records.ts'
import { type Ingress, ingresses } from '../../objects/kinds/ingress.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import type { Site } from '../../site/site.ts'
import type { LabCertificates } from './certificates.ts'
import { log, logProblem } from './log.ts'

export interface NamesOptions {
  readonly site: Site
  readonly topology: Topology
  readonly network: NetworkSource
  readonly informers: Informers
  readonly certificates: LabCertificates
  readonly signal: AbortSignal
}

export interface Names extends AsyncDisposable {
  /** What the DNS pods serve. */
  readonly cluster: RecordView
  readonly clusterZones: readonly LocalZone[]
  /** The LAN's resolver, which the DNS pods ask for everything else. */
  readonly upstream: readonly Address[]
  /** Publishes what is known now; resolves when every server answers so. */
  settled(): Promise<void>
  /** Resolves when the LAN's and the internet's name servers answer. */
  readonly ready: Promise<void>
}

export async function startNames(options: NamesOptions): Promise<Names> {
  const { site, topology, network, informers, certificates } = options
  await using stack = new AsyncDisposableStack()
  const machine = (name: string) => {
    const found = topology.machines.get(name)
    if (found === undefined) throw new Error(`the topology has no machine ${name}`)
    return found
  }
  const [router, internet] = [machine('router'), machine('internet')]

  const world = new RecordView(error => logProblem('public names', error))
  world.publish(publicRecords(site.internet.server))
  const lan = new RecordView(error => logProblem('LAN names', error))
  const cluster = new RecordView(error => logProblem('cluster names', error))

  const zone = site.dns.zone
  const dns = { zone, ttlSeconds: site.dns.ttlSeconds }
  const publishCluster = () => cluster.publish(dnsRecords(network.current(), dns).filter(isServable))
  stack.defer(network.onChange(paced(publishCluster)))

  const allIngresses = informers.of<Ingress>(ingresses)
  const allServices = informers.of<Service>(services)
  const machines = [...site.nodes, ...site.lan.hosts, { name: 'router', addresses: site.lan.gateways }]
  const publishLan = () =>
    lan.publish(
      lanRecords({
        domain: site.domain,
        machines,
        ingresses: allIngresses.items.values(),
        services: allServices.items.values(),
      }).filter(isServable),
    )
  await Promise.all([allIngresses.synced, allServices.synced])
  const later = paced(publishLan)
  stack.defer(allIngresses.onChange(later))
  stack.defer(allServices.onChange(later))
  publishLan()

  // Their start takes longer than anything else here, and nobody asks them before there are pods.
  const servers = [
    startNameServer({
      namespace: internet.namespace,
      listen: internet.addresses,
      zones: publicZones(site.domain),
      view: world,
      forwarders: [],
      directory: `${runtimeDirectory}/dns-internet`,
      log: line => log(`DNS of the internet: ${line}`),
    }),
    startNameServer({
      namespace: router.namespace,
      listen: site.lan.gateways,
      zones: [
        { name: site.domain, type: 'transparent' },
        // A query for a private address's name must not leave the house.
        ...['10.in-addr.arpa', '168.192.in-addr.arpa'].map((name): LocalZone => ({ name, type: 'transparent' })),
      ],
      view: lan,
      forwarders: internet.addresses,
      directory: `${runtimeDirectory}/dns-lan`,
      log: line => log(`DNS of the LAN: ${line}`),
    }),
  ]
  for (const server of servers) {
    stack.defer(() =>
      server.then(
        started => started[Symbol.asyncDispose](),
        // It never came up, which `ready` has told.
        () => {},
      ),
    )
  }
  const ready = Promise.all(servers).then(() => {})
  // Whoever waits for it gets the error; until then it is not an unhandled one.
  ready.catch(() => {})
  stack.use(
    startWebServer({
      namespace: internet.namespace,
      issue: async host => {
        const pair = certificates.site([host])
        return { certificate: pair.certificatePem, key: pair.privateKeyPem }
      },
    }),
  )
  const owned = stack.move()
  return {
    cluster,
    clusterZones: [
      { name: zone, type: 'static' },
      { name: '10.in-addr.arpa', type: 'transparent' },
    ],
    upstream: site.lan.gateways,
    async settled() {
      publishCluster()
      publishLan()
      await Promise.all([cluster.settled(), lan.settled()])
    },
    ready,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** At once after a quiet time; in a storm of changes one publication stands for many, so that it takes a tenth of the time at most. */
function paced(publish: () => void): () => void {
  let quietUntil = 0
  let isScheduled = false
  return () => {
    if (isScheduled) return
    isScheduled = true
    setTimeout(
      () => {
        isScheduled = false
        const started = performance.now()
        publish()
        const ended = performance.now()
        quietUntil = ended + Math.max(leastBetweenMs, 10 * (ended - started))
      },
      Math.max(0, quietUntil - performance.now()),
    )
  }
}

const leastBetweenMs = 25
