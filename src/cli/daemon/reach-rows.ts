// What can be reached from where: a row for each ingress host and path, load-balancer address and node port.
import type { Ingress } from '../../objects/kinds/ingress.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { Service } from '../../objects/kinds/service.ts'
import type { Site } from '../../site/site.ts'
import type { ReachRow } from '../lab-calls.ts'

export interface ReachSources {
  readonly site: Site
  readonly services: ReadonlyMap<string, Service>
  readonly ingresses: ReadonlyMap<string, Ingress>
  readonly pods: ReadonlyMap<string, Pod>
}

const addressOf = (balancer: { readonly ingress?: readonly { readonly ip?: string }[] } | undefined) =>
  (balancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []).join(',')

export function reachRows(sources: ReachSources): readonly ReachRow[] {
  return [...ingressRows(sources), ...serviceRows(sources)]
}

function ingressRows({ site, ingresses }: ReachSources): readonly ReachRow[] {
  const proxied = new Set(site.ingress.filter(ingress => ingress.proxy === 'nginx').map(ingress => ingress.className))
  return sorted(ingresses).flatMap(ingress => {
    const { namespace } = ingress.metadata
    const className =
      ingress.spec?.ingressClassName ?? site.ingress.find(candidate => candidate.isDefault)?.className ?? ''
    const address = addressOf(ingress.status?.loadBalancer)
    if (!proxied.has(className) || address === '') return []
    return (ingress.spec?.rules ?? []).flatMap(rule =>
      (rule.http?.paths ?? []).map((path): ReachRow => {
        const service = path.backend.service
        const port = service?.port?.name ?? service?.port?.number ?? ''
        return {
          from: 'LAN',
          url: `https://${rule.host ?? address}${path.path ?? '/'}`,
          via: className,
          address,
          backend: service === undefined ? 'a resource' : `${namespace}/${service.name}:${port}`,
        }
      }),
    )
  })
}

function serviceRows({ site, services }: ReachSources): readonly ReachRow[] {
  const ofProxies = new Set(
    site.ingress.flatMap(ingress => (ingress.proxy === 'nginx' ? [`network/${ingress.deployment}`] : [])),
  )
  return [...services]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([key]) => !ofProxies.has(key))
    .flatMap(([key, service]) => {
      const { type, ports = [] } = service.spec ?? {}
      const backend = (port: { readonly port: number; readonly name?: string }) => `${key}:${port.name ?? port.port}`
      if (type === 'LoadBalancer') {
        const address = addressOf(service.status?.loadBalancer)
        if (address === '') return []
        return ports.map(
          (port): ReachRow => ({
            from: 'LAN',
            url: `${scheme(port.protocol)}://${address}:${port.port}`,
            via: type,
            address,
            backend: backend(port),
          }),
        )
      }
      if (type !== 'NodePort') return []
      const node = site.nodes[0]?.addresses[0] ?? ''
      return ports.flatMap((port): ReachRow[] =>
        port.nodePort === undefined
          ? []
          : [
              {
                from: 'LAN',
                url: `${scheme(port.protocol)}://${node}:${port.nodePort}`,
                via: type,
                address: 'every node',
                backend: backend(port),
              },
            ],
      )
    })
}

function scheme(protocol: string | undefined): string {
  return (protocol ?? 'TCP').toLowerCase()
}

function sorted<T>(map: ReadonlyMap<string, T>): readonly T[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
}
