// Answers /api, /apis and what lies below them down to one version.
import type { ApiServer } from '../api-server.ts'
import type { Exchange } from '../http/exchange.ts'
import { mediaRanges } from '../http/negotiate.ts'
import { reply, replyJson } from '../http/reply.ts'
import { noSuchResource } from '../rest/errors.ts'
import type { ServedKinds } from '../rest/served-kinds.ts'
import { aggregated, apiVersions, groupDocument, groupList, resourceList } from './documents.ts'
import { type DiscoveredVersion, discover } from './resources.ts'

const known = new WeakMap<
  ServedKinds,
  { readonly generation: number; readonly versions: readonly DiscoveredVersion[] }
>()

export function replyDiscovery(api: ApiServer, exchange: Exchange): void {
  const versions = discovered(api.kinds)
  const [root, first, second] = exchange.path.split('/').filter(step => step !== '')
  const core = root === 'api'
  if (first === undefined) {
    const apiVersion = aggregatedVersionWanted(exchange.request.headers.accept)
    if (apiVersion !== undefined) {
      const type = `application/json;g=apidiscovery.k8s.io;v=${apiVersion};as=APIGroupDiscoveryList`
      const document = aggregated(versions, { core, apiVersion: `apidiscovery.k8s.io/${apiVersion}` })
      reply(exchange, { code: 200, type, text: JSON.stringify(document), headers: { Vary: 'Accept' } })
      return
    }
    const document = core ? apiVersions(exchange.request.headers.host ?? '') : groupList(versions)
    replyJson(exchange, 200, JSON.stringify(document))
    return
  }
  const document =
    core || second !== undefined
      ? resourceList(versions, core ? { group: '', version: first } : { group: first, version: second ?? '' })
      : groupDocument(versions, first)
  if (document === undefined || (core && second !== undefined)) throw noSuchResource()
  replyJson(exchange, 200, JSON.stringify(document))
}

function discovered(kinds: ServedKinds): readonly DiscoveredVersion[] {
  const cached = known.get(kinds)
  if (cached?.generation === kinds.generation) return cached.versions
  const versions = discover(kinds)
  known.set(kinds, { generation: kinds.generation, versions })
  return versions
}

/** `v2` or `v2beta1` when the client prefers the aggregated form and names it; undefined for the old form. */
function aggregatedVersionWanted(accept: string | undefined): string | undefined {
  for (const { type, parameters } of mediaRanges(accept ?? '')) {
    if (type !== 'application/json' && type !== '*/*') continue
    if (parameters.get('as') === undefined) return undefined
    const version = parameters.get('v')
    const asked = parameters.get('g') === 'apidiscovery.k8s.io' && parameters.get('as') === 'APIGroupDiscoveryList'
    if (asked && (version === 'v2' || version === 'v2beta1')) return version
  }
  return undefined
}
