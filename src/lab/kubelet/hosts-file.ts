// What is a pod's host name, and what stands in its /etc/hosts?
import type { Address } from '../../net/address.ts'
import type { Pod } from '../../objects/kinds/pod.ts'

const longestHostname = 63

export interface PodNames {
  /** What `hostname` prints. */
  readonly hostname: string
  /** Known only with spec.subdomain: `<hostname>.<subdomain>.<namespace>.svc.<clusterDomain>`. */
  readonly fqdn?: string
}

export function podNames(pod: Pod, options: { readonly clusterDomain: string; readonly nodeName: string }): PodNames {
  const { hostname, subdomain, hostNetwork, setHostnameAsFQDN } = pod.spec ?? {}
  if (hostNetwork === true && hostname === undefined) return { hostname: options.nodeName }
  // A name cut to 63 characters must still end in a letter or a digit.
  const short = (hostname ?? pod.metadata.name).slice(0, longestHostname).replace(/[-.]+$/, '')
  if (subdomain === undefined || subdomain === '') return { hostname: short }
  const fqdn = `${short}.${subdomain}.${pod.metadata.namespace ?? 'default'}.svc.${options.clusterDomain}`
  return { hostname: setHostnameAsFQDN === true ? fqdn : short, fqdn }
}

export function hostsFile(
  pod: Pod,
  options: { readonly names: PodNames; readonly addresses: readonly Address[] },
): string {
  const { names, addresses } = options
  const short = names.hostname.split('.')[0] ?? names.hostname
  const lines = [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    ...addresses.map(address => `${address}\t${names.fqdn === undefined ? short : `${names.fqdn}\t${short}`}`),
  ]
  const aliases = pod.spec?.hostAliases ?? []
  if (aliases.length > 0) lines.push('', '# Entries added by HostAliases.')
  for (const { ip, hostnames } of aliases) lines.push(`${ip}\t${(hostnames ?? []).join('\t')}`)
  return lines.map(line => `${line}\n`).join('')
}
