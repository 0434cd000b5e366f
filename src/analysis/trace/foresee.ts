// The world that a folder describes, before there is a cluster: what will be given later is foreseen or stands open.
import type { Address } from '../../net/address.ts'
import { familyOf } from '../../net/address.ts'
import type { Network } from '../../network/model.ts'
import { resolve, serviceKeyOf } from '../../network/resolve/resolve.ts'
import { buildRoutingTable } from '../../network/routing/build-table.ts'
import type { RoutingTable } from '../../network/routing.ts'
import type { KindRef } from '../../objects/kind.ts'
import {
  type CiliumL2AnnouncementPolicy,
  ciliumL2AnnouncementPolicies,
} from '../../objects/kinds/cilium-l2-announcement-policy.ts'
import { type ConfigMap, configMaps } from '../../objects/kinds/config-map.ts'
import { type EndpointSlice, endpointSlices } from '../../objects/kinds/endpoint-slice.ts'
import { type Gateway, gateways } from '../../objects/kinds/gateway.ts'
import { type HTTPRoute, httpRoutes } from '../../objects/kinds/http-route.ts'
import { type Ingress, ingresses } from '../../objects/kinds/ingress.ts'
import { type IngressClass, ingressClasses } from '../../objects/kinds/ingress-class.ts'
import { type Namespace, namespaces } from '../../objects/kinds/namespace.ts'
import { type Node, nodes } from '../../objects/kinds/node.ts'
import { type Secret, secrets } from '../../objects/kinds/secret.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import { type KubeObject, keyOf } from '../../objects/object.ts'
import { tuningConfigMap } from '../../site/expand/ingress.ts'
import type { Site } from '../../site/site.ts'
import { familiesOf, folderAddresses } from '../check/folder-addresses.ts'
import type { Inventory } from '../check/rule.ts'
import { workloadsOf } from '../check/workloads.ts'
import { foreseePods, foreseeSlices, Placeholders } from './foresee-pods.ts'
import { locator } from './locate.ts'
import type { TraceWorld } from './world.ts'

/** Pure; what the input says already (addresses in a status, EndpointSlices) is taken as it is. */
export function foresee(input: Inventory, site: Site): TraceWorld {
  const placeholders = new Placeholders()
  const families = familiesOf(site)
  const pods = workloadsOf(input).all.flatMap(workload =>
    foreseePods(workload, { nodes: site.nodes, families, placeholders }),
  )
  const foreseen = foreseeServices(input, placeholders)
  const written = objectsOf<EndpointSlice>(input, endpointSlices)
  const served = new Set(written.map(serviceKeyOf))
  const slices = [
    ...written,
    ...foreseen.services
      .filter(service => !served.has(keyOf(service)))
      .flatMap(service => foreseeSlices(service, pods).filter(slice => isOfFamily(slice, service))),
  ]
  const policies = objectsOf<CiliumL2AnnouncementPolicy>(input, ciliumL2AnnouncementPolicies)
  const network = resolve({
    site: siteFacts(site),
    namespaces: byKey(objectsOf<Namespace>(input, namespaces)),
    nodes: byKey(objectsOf<Node>(input, nodes).map(node => withAddress(node, site))),
    pods: byKey(pods),
    services: byKey(foreseen.services),
    endpointSlices: byKey(slices),
    announcementPolicies: byKey(policies),
  })
  const tables = foreseeTables(input, { site, network })
  return {
    site,
    network,
    pods: byKey(pods),
    services: foreseen.services,
    ingresses: objectsOf<Ingress>(input, ingresses).map(ingress => withStatus(ingress, { site, network, tables })),
    ingressClasses: objectsOf<IngressClass>(input, ingressClasses),
    announcementPolicies: policies,
    tables,
    locate: locator(input),
    prediction: {
      isLive: false,
      placeholders: placeholders.texts,
      addresses: foreseen.addresses,
      openServices: openServices(input, network),
    },
  }
}

export function siteFacts(site: Site) {
  return {
    podCidrs: site.podCidrs,
    serviceCidrs: site.serviceCidrs,
    lanCidrs: site.lan.cidrs,
    hosts: [
      { name: 'router', kind: 'gateway' as const, addresses: site.lan.gateways },
      ...site.lan.hosts.map(host => ({ ...host, kind: 'host' as const })),
    ],
  }
}

function objectsOf<T extends KubeObject>(input: Inventory, kind: KindRef): readonly T[] {
  return input.of<T>(kind).map(({ object }) => object)
}

function byKey<T extends KubeObject>(objects: readonly T[]): ReadonlyMap<string, T> {
  return new Map(objects.map(object => [keyOf(object), object]))
}

/** The kubelet writes a Node's addresses; until then the site says them. */
function withAddress(node: Node, site: Site): Node {
  if ((node.status?.addresses ?? []).length > 0) return node
  const own = site.nodes.find(({ name }) => name === node.metadata.name)?.addresses ?? []
  return { ...node, status: { ...node.status, addresses: own.map(address => ({ type: 'InternalIP', address })) } }
}

interface ForeseenServices {
  readonly services: readonly Service[]
  readonly addresses: ReadonlySet<Address>
}

function foreseeServices(input: Inventory, placeholders: Placeholders): ForeseenServices {
  const allocation = folderAddresses(input)
  const addresses = new Set<Address>()
  const found = objectsOf<Service>(input, services).map((service): Service => {
    const known = new Set((service.status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip))
    const given = allocation.services.get(keyOf(service))?.addresses ?? []
    for (const address of given) if (!known.has(address)) addresses.add(address)
    const { spec = {} } = service
    const lacksAddress = spec.clusterIP === undefined && spec.clusterIPs === undefined && spec.type !== 'ExternalName'
    const isV6 = spec.ipFamilies?.[0] === 'IPv6'
    const clusterIP = lacksAddress
      ? placeholders.take(isV6 ? 6 : 4, `the cluster address of Service ${keyOf(service)}`)
      : undefined
    return {
      ...service,
      spec: { ...spec, ...(clusterIP === undefined ? {} : { clusterIP, clusterIPs: [clusterIP] }) },
      ...(given.length === 0
        ? {}
        : { status: { ...service.status, loadBalancer: { ingress: given.map(ip => ({ ip })) } } }),
    }
  })
  return { services: found, addresses }
}

/** A Service of one family has endpoints of that family alone. */
function isOfFamily({ addressType }: EndpointSlice, { spec }: Service): boolean {
  const first = spec?.clusterIP?.includes(':') === true ? 'IPv6' : 'IPv4'
  return (spec?.ipFamilies ?? [first]).includes(addressType as 'IPv4' | 'IPv6')
}

interface Resolved {
  readonly site: Site
  readonly network: Network
}

function foreseeTables(input: Inventory, { site, network }: Resolved): ReadonlyMap<string, RoutingTable> {
  const models = new Map(network.services.map(service => [service.key, service]))
  const labels = byKey(objectsOf<Namespace>(input, namespaces))
  const held = byKey(objectsOf<Secret>(input, secrets))
  const allIngresses = objectsOf<Ingress>(input, ingresses)
  // What a Secret's certificate covers is not read here: it is taken to cover what its Ingress says.
  const names = allIngresses.flatMap(({ spec }) => (spec?.rules ?? []).flatMap(({ host }) => host ?? []))
  const configMap = byKey(objectsOf<ConfigMap>(input, configMaps)).get(`network/${tuningConfigMap}`)
  const proxied = site.ingress.filter(({ proxy }) => proxy === 'nginx')
  return new Map(
    proxied.map(({ className, controller }) => [
      className,
      buildRoutingTable({
        className,
        controller,
        ingressClasses: objectsOf<IngressClass>(input, ingressClasses),
        ingresses: allIngresses,
        gateways: objectsOf<Gateway>(input, gateways),
        httpRoutes: objectsOf<HTTPRoute>(input, httpRoutes),
        namespaceLabels: name => labels.get(name)?.metadata.labels ?? {},
        service: key => models.get(key),
        certificate: (namespace, name) =>
          held.has(`${namespace}/${name}`) ? { kind: 'valid', names } : { kind: 'missing' },
        ...(configMap === undefined ? {} : { configMap }),
      }),
    ]),
  )
}

interface Served extends Resolved {
  readonly tables: ReadonlyMap<string, RoutingTable>
}

/** An Ingress shows the addresses of its class's Service. */
function withStatus(ingress: Ingress, { site, network, tables }: Served): Ingress {
  if ((ingress.status?.loadBalancer?.ingress ?? []).length > 0) return ingress
  const owner = [...tables].find(([, table]) => table.ingresses.includes(keyOf(ingress)))?.[0]
  const proxy = site.ingress.find(({ className }) => className === owner)
  if (proxy?.proxy !== 'nginx') return ingress
  const service = network.services.find(({ key }) => key === `network/${proxy.deployment}`)
  const addresses = [...(service?.loadBalancerIPs ?? [])].sort((a, b) => familyOf(a) - familyOf(b))
  return { ...ingress, status: { ...ingress.status, loadBalancer: { ingress: addresses.map(ip => ({ ip })) } } }
}

/** Services that select nothing in the folder, where the folder is not all there is. */
function openServices(input: Inventory, network: Network): ReadonlyMap<string, string> {
  const selecting = new Map(
    objectsOf<Service>(input, services).map(service => [
      keyOf(service),
      Object.keys(service.spec?.selector ?? {}).length > 0,
    ]),
  )
  const empty = network.services.filter(
    ({ ports }) => ports.length > 0 && ports.every(({ endpoints }) => endpoints.length === 0),
  )
  return new Map(
    empty.flatMap(({ key, name }): (readonly [string, string])[] => {
      if (selecting.get(key) === false) return [[key, 'it has no selector, and no EndpointSlice is in the folder']]
      const maker = input.foreignNaming(name)
      if (maker !== undefined) return [[key, `its pods may come from ${maker.kind} ${maker.metadata.name}`]]
      return input.isWhole
        ? []
        : [[key, 'no workload of the folder has its labels, and the folder is not all there is']]
    }),
  )
}
