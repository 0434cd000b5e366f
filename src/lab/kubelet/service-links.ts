// Which environment variables name the Services of a pod's namespace?
import type { Service } from '../../objects/kinds/service.ts'

/** The Services a pod is told of: those of its namespace, and `kubernetes` always. */
export function linkedServices(
  services: Iterable<Service>,
  namespace: string,
  enableLinks: boolean,
): readonly Service[] {
  const linked: Service[] = []
  for (const service of services) {
    const { name, namespace: own = 'default' } = service.metadata
    const isMaster = own === 'default' && name === 'kubernetes'
    if (!isMaster && !(enableLinks && own === namespace)) continue
    const address = service.spec?.clusterIP
    if (address !== undefined && address !== '' && address !== 'None') linked.push(service)
  }
  // A Service `kubernetes` of the pod's own namespace wins over the one of `default`, so it must come last.
  return linked.sort((a, b) => rank(a, namespace) - rank(b, namespace) || (a.metadata.name < b.metadata.name ? -1 : 1))
}

function rank(service: Service, namespace: string): number {
  return service.metadata.namespace === namespace ? 1 : 0
}

/** `NAME_SERVICE_HOST`, `NAME_SERVICE_PORT` and the variables of Docker's links, as the kubelet sets them. */
export function serviceVariables(services: readonly Service[]): Record<string, string> {
  const env: Record<string, string> = {}
  for (const { metadata, spec } of services) {
    const prefix = variableName(metadata.name)
    const host = spec?.clusterIP ?? ''
    const bracketed = host.includes(':') ? `[${host}]` : host
    const [first] = spec?.ports ?? []
    if (first === undefined) continue
    env[`${prefix}_SERVICE_HOST`] = host
    env[`${prefix}_SERVICE_PORT`] = String(first.port)
    env[`${prefix}_PORT`] = `${(first.protocol ?? 'TCP').toLowerCase()}://${bracketed}:${first.port}`
    for (const { name, port, protocol = 'TCP' } of spec?.ports ?? []) {
      if (name !== undefined && name !== '') env[`${prefix}_SERVICE_PORT_${variableName(name)}`] = String(port)
      const link = `${prefix}_PORT_${port}_${protocol}`
      env[link] = `${protocol.toLowerCase()}://${bracketed}:${port}`
      env[`${link}_PROTO`] = protocol.toLowerCase()
      env[`${link}_PORT`] = String(port)
      env[`${link}_ADDR`] = host
    }
  }
  return env
}

function variableName(name: string): string {
  return name.toUpperCase().replaceAll('-', '_')
}
