// The answer to `cilium service list`: every frontend that the node's kernel has, with its backends.
import { familyOf } from '../../net/address.ts'
import type { OutputFormat } from './request.ts'
import type { AgentBackend, AgentService } from './services.ts'
import { layOut } from './tab-text.ts'

export function printServiceList(services: readonly AgentService[], format: OutputFormat): string {
  return format === 'json' ? `${JSON.stringify(services.map(asModel), null, 2)}\n` : asTable(services)
}

function asTable(services: readonly AgentService[]): string {
  const lines = services.flatMap(service => {
    const [first = '', ...more] = service.backends.map(
      (backend, index) => `${index + 1} => ${endpointText(backend)} (${backend.state})`,
    )
    return [
      [String(service.id), frontendText(service), service.type, first, ''],
      ...more.map(backend => ['', '', '', backend, '']),
    ]
  })
  return layOut([['ID', 'Frontend', 'Service Type', 'Backend', ''], ...lines], { minWidth: 5, padding: 3 })
}

/** Cilium's way to write an address with its port; a frontend for clients inside the cluster alone ends in `/i`. */
export function frontendText(service: AgentService): string {
  return `${endpointText(service)}${service.scope === 'internal' ? '/i' : ''}`
}

export function endpointText({ address, port, protocol }: Pick<AgentBackend, 'address' | 'port' | 'protocol'>): string {
  return familyOf(address) === 6 ? `[${address}]:${port}/${protocol}` : `${address}:${port}/${protocol}`
}

/** Field names are those of the agent's API. */
function asModel(service: AgentService): object {
  const { id, name, namespace, type, address, port, protocol, scope, policy, backends } = service
  const realized = {
    'backend-addresses': backends.map(backend => ({
      ip: backend.address,
      port: backend.port,
      protocol: backend.protocol,
      state: backend.state,
      ...(backend.node === undefined ? {} : { nodeName: backend.node }),
    })),
    flags: {
      type,
      ...(name === undefined ? {} : { name, namespace }),
      ...(policy === undefined ? {} : { extTrafficPolicy: policy.external, intTrafficPolicy: policy.internal }),
    },
    'frontend-address': { ip: address, port, protocol, scope },
    id,
  }
  return { spec: realized, status: { realized } }
}
