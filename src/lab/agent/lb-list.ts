// The answer to `cilium bpf lb list`: the load-balancing tables of the node's kernel, entry by entry.
import { familyOf } from '../../net/address.ts'
import type { LoadBalancerView, OutputFormat } from './request.ts'
import { endpointText, frontendText } from './service-list.ts'
import type { AgentService } from './services.ts'
import { layOut } from './tab-text.ts'

export function printLoadBalancerList(
  services: readonly AgentService[],
  { view, format }: { readonly view: LoadBalancerView; readonly format: OutputFormat },
): string {
  const found = view === 'all' ? entries(services) : sourceRanges(services)
  if (format === 'json') return `${JSON.stringify(Object.fromEntries(found), null, 2)}\n`
  const titles =
    view === 'all'
      ? ['SERVICE ADDRESS', 'BACKEND ADDRESS (REVNAT_ID) (SLOT)', '']
      : ['SOURCE RANGE (REVNAT_ID)', '', '']
  const lines = [...found].flatMap(([key, values]) => values.map((value, index) => [index === 0 ? key : '', value, '']))
  return layOut([titles, ...lines], { minWidth: 5, padding: 3 })
}

/** Slot 0 is the frontend itself, the others are its backends in the order of the numbers that are drawn. */
function entries(services: readonly AgentService[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    services.flatMap((service): (readonly [string, readonly string[]])[] => {
      const frontend = frontendText(service)
      const nobody = familyOf(service.address) === 6 ? '[::]' : '0.0.0.0'
      return [
        [`${frontend} (0)`, [`${nobody}:0 (${service.id}) (0) [${flagsOf(service)}]`]],
        ...service.backends.map((backend, index): readonly [string, readonly string[]] => [
          `${frontend} (${index + 1})`,
          [`${endpointText(backend)} (${service.id}) (${index + 1})`],
        ]),
      ]
    }),
  )
}

/** Cilium's words for the flags of an entry, as far as they hold here. */
function flagsOf(service: AgentService): string {
  return [
    service.type,
    ...(service.isLocal ? ['Local'] : []),
    ...(service.policy?.internal === 'Local' && service.type === 'ClusterIP' ? ['InternalLocal'] : []),
    ...(service.isSticky ? ['sessionAffinity'] : []),
    ...(service.sourceRanges === undefined ? [] : ['check source-range']),
    ...(service.type === 'ClusterIP' ? ['non-routable'] : []),
  ].join(', ')
}

function sourceRanges(services: readonly AgentService[]): ReadonlyMap<string, readonly string[]> {
  return new Map(
    services.flatMap(({ id, sourceRanges = [] }) => sourceRanges.map(range => [`${range} (${id})`, ['']] as const)),
  )
}
