// Objects and inventories for tests of rules, as short as a test wants to write them.
import type { KubeObject } from '../../objects/object.ts'
import { fieldText } from '../../objects/problems.ts'
import { decodeSite } from '../../site/decode-site.ts'
import { expandSite } from '../../site/expand/expand.ts'
import type { Site } from '../../site/site.ts'
import { takeInventory } from './inventory.ts'
import type { FieldPath, Inventory, Rule } from './rule.ts'

export interface Surroundings {
  /** Fields of a Site's spec that differ from the smallest one; without it there is no Site. */
  readonly site?: object
  readonly foreign?: readonly KubeObject[]
}

/** `field severity CODE message` of every finding, in the order in which the rule gives them. */
export function told(rule: Rule, objects: readonly KubeObject[], surroundings: Surroundings = {}): string[] {
  return [...rule.check(inventory(objects, surroundings))].map(
    ({ position, severity, code, message }) => `${position?.file} ${severity} ${code} ${message}`,
  )
}

/** The advice of the first finding. */
export function advice(
  rule: Rule,
  objects: readonly KubeObject[],
  surroundings: Surroundings = {},
): string | undefined {
  return [...rule.check(inventory(objects, surroundings))][0]?.fix
}

/** A place is told by its field alone. */
export function inventory(objects: readonly KubeObject[], { site: spec, foreign = [] }: Surroundings = {}): Inventory {
  const positionOf = (path: FieldPath) => ({ file: fieldText(path), line: 1, column: 1 })
  const site = spec === undefined ? undefined : siteWith(spec)
  const expanded = site === undefined ? [] : expandSite(site)
  return takeInventory({
    site,
    foreign,
    objects: [
      ...objects.map(object => ({ object: inDefault(object), positionOf })),
      ...expanded.map(object => ({ object, positionOf: () => ({ file: 'site', line: 1, column: 1 }), isOfSite: true })),
    ],
  })
}

function siteWith(spec: object): Site {
  const value = {
    apiVersion: 'fairway.dev/v1',
    kind: 'Site',
    metadata: { name: 'test' },
    spec: {
      domain: 'test.example',
      nodes: [{ name: 'one', address: '192.168.1.98' }],
      lan: { cidr: '192.168.1.0/24', gateway: '192.168.1.1' },
      pods: { cidr: '10.244.0.0/16' },
      services: { cidr: '10.96.0.0/12' },
      ...spec,
    },
  }
  const { site, diagnostics } = decodeSite(value, () => ({ file: 'site.yaml', line: 1, column: 1 }))
  if (site === undefined) throw new Error(diagnostics[0]?.message ?? 'no site')
  return site
}

const clusterScoped = new Set([
  'Namespace',
  'IngressClass',
  'CiliumLoadBalancerIPPool',
  'CiliumL2AnnouncementPolicy',
  'Node',
])

function inDefault(object: KubeObject): KubeObject {
  if (clusterScoped.has(object.kind) || object.metadata.namespace !== undefined) return object
  return { ...object, metadata: { ...object.metadata, namespace: 'default' } }
}

const apiVersions: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  CronJob: 'batch/v1',
  Job: 'batch/v1',
  Ingress: 'networking.k8s.io/v1',
  IngressClass: 'networking.k8s.io/v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  CiliumLoadBalancerIPPool: 'cilium.io/v2',
  CiliumL2AnnouncementPolicy: 'cilium.io/v2alpha1',
  Gateway: 'gateway.networking.k8s.io/v1',
  HTTPRoute: 'gateway.networking.k8s.io/v1',
  Certificate: 'cert-manager.io/v1',
  HelmRelease: 'helm.toolkit.fluxcd.io/v2',
  SealedSecret: 'bitnami.com/v1alpha1',
}

export interface Meta {
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** `shop/web` is in namespace shop, `web` in none. `fields` stand beside metadata. */
export function object(kind: string, key: string, fields: object = {}, meta: Meta = {}): KubeObject {
  const slash = key.indexOf('/')
  const namespace = slash < 0 ? {} : { namespace: key.slice(0, slash) }
  const metadata = { name: key.slice(slash + 1), ...namespace, ...meta }
  return { apiVersion: apiVersions[kind] ?? 'v1', kind, metadata, ...fields }
}

export interface PodOptions {
  readonly kind?: 'Deployment' | 'StatefulSet' | 'DaemonSet'
  readonly labels?: Readonly<Record<string, string>>
  /** `http:8080`, `8080` or `dns:53/UDP`. */
  readonly ports?: readonly string[]
  readonly container?: object
  readonly pod?: object
  readonly spec?: object
}

/** Its pods are labelled `app: <name>` unless told otherwise. */
export function workload(
  key: string,
  { kind = 'Deployment', labels, ports = [], container, pod, spec }: PodOptions = {},
) {
  const name = key.slice(key.indexOf('/') + 1)
  const own = labels ?? { app: name }
  return object(kind, key, {
    spec: {
      selector: { matchLabels: own },
      template: {
        metadata: { labels: own },
        spec: { containers: [{ name: 'main', image: 'x', ports: ports.map(portOf), ...container }], ...pod },
      },
      ...spec,
    },
  })
}

function portOf(text: string): object {
  const [rest = '', protocol] = text.split('/')
  const [first = '', second] = rest.split(':')
  return {
    containerPort: Number(second ?? first),
    ...(second === undefined ? {} : { name: first }),
    ...(protocol === undefined ? {} : { protocol }),
  }
}

/** Selects `app: <name>` and has port 80 unless told otherwise. */
export function service(key: string, spec: object = {}, meta: Meta = {}): KubeObject {
  const name = key.slice(key.indexOf('/') + 1)
  return object('Service', key, { spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec } }, meta)
}

export function pool(name: string, spec: object): KubeObject {
  return object('CiliumLoadBalancerIPPool', name, { spec })
}

export interface IngressOptions extends Meta {
  readonly className?: string | undefined
  readonly spec?: object
}

/** One rule per `host/path → service:port`. */
export function ingress(key: string, routes: readonly string[], options: IngressOptions = {}): KubeObject {
  const { className = 'web', spec, ...meta } = options
  const rules = routes.map(route => {
    const [from = '', to = ''] = route.split(' → ')
    const slash = from.indexOf('/')
    const [name, port = '80'] = to.split(':')
    const number = Number(port)
    const backend = { service: { name, port: Number.isNaN(number) ? { name: port } : { number } } }
    const host = from.slice(0, slash)
    return {
      ...(host === '' ? {} : { host }),
      http: { paths: [{ path: from.slice(slash), pathType: 'Prefix', backend }] },
    }
  })
  const named = 'className' in options && options.className === undefined ? {} : { ingressClassName: className }
  return object('Ingress', key, { spec: { ...named, rules, ...spec } }, meta)
}
