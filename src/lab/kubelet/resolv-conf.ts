// What stands in a pod's /etc/resolv.conf?
import type { Pod } from '../../objects/kinds/pod.ts'

export interface DnsSettings {
  /** Address of the Service kube-dns. */
  readonly clusterDns: readonly string[]
  /** `cluster.local`. */
  readonly clusterDomain: string
  /** What the node itself uses. */
  readonly nodeNameservers: readonly string[]
  readonly nodeSearch: readonly string[]
}

interface ResolvConf {
  readonly nameservers: readonly string[]
  readonly searches: readonly string[]
  readonly options: readonly { readonly name?: string; readonly value?: string }[]
}

/** Limits of Kubernetes (and of older C libraries), beyond which entries are left out. */
const mostNameservers = 3
const mostSearches = 32

export function resolvConf(pod: Pod, settings: DnsSettings): string {
  const { nameservers, searches, options } = withDnsConfig(byPolicy(pod, settings), pod)
  const lines: string[] = []
  if (searches.length > 0) lines.push(`search ${searches.slice(0, mostSearches).join(' ')}`)
  for (const nameserver of nameservers.slice(0, mostNameservers)) lines.push(`nameserver ${nameserver}`)
  if (options.length > 0) {
    lines.push(
      `options ${options.map(({ name, value }) => (value === undefined || value === '' ? name : `${name}:${value}`)).join(' ')}`,
    )
  }
  return lines.map(line => `${line}\n`).join('')
}

function byPolicy(pod: Pod, settings: DnsSettings): ResolvConf {
  const policy = pod.spec?.dnsPolicy ?? 'ClusterFirst'
  if (policy === 'None') return { nameservers: [], searches: [], options: [] }
  // For a pod in the node's network ClusterFirst means Default; only ClusterFirstWithHostNet insists.
  if (policy === 'Default' || (policy === 'ClusterFirst' && pod.spec?.hostNetwork === true)) {
    return { nameservers: settings.nodeNameservers, searches: settings.nodeSearch, options: [] }
  }
  const { clusterDomain } = settings
  const namespace = pod.metadata.namespace ?? 'default'
  return {
    nameservers: settings.clusterDns,
    searches: [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain, ...settings.nodeSearch],
    options: [{ name: 'ndots', value: '5' }],
  }
}

/** spec.dnsConfig adds to the policy's lists without repeating; an option of the same name replaces. */
function withDnsConfig(base: ResolvConf, pod: Pod): ResolvConf {
  const config = pod.spec?.dnsConfig
  if (config === undefined) return base
  const options = new Map(base.options.map(option => [option.name, option]))
  for (const option of config.options ?? []) options.set(option.name, option)
  return {
    nameservers: [...new Set([...base.nameservers, ...(config.nameservers ?? [])])],
    searches: [...new Set([...base.searches, ...(config.searches ?? [])])],
    options: [...options.values()],
  }
}
