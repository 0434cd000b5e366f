// The answer to `cilium status`, in upstream's layout. Lines about what does not exist here are left out.
import type { NodeHealth } from './cluster-health.ts'
import { isHealthy } from './cluster-health.ts'
import type { StatusQuestion } from './request.ts'
import { type AgentStatus, type ControllerState, poolText, problemOf } from './status.ts'
import { layOut } from './tab-text.ts'

export function printStatus(status: AgentStatus, question: StatusQuestion): string {
  if (question.brief) {
    const problem = problemOf(status)
    return problem === undefined ? 'OK\n' : `error in ${problem}\n`
  }
  const lines = [
    ...generalLines(status, question),
    ...controllerLines(status, question),
    ['Proxy Status:', 'No managed proxy redirect'],
    ['Hubble:', 'Disabled'],
    ...(question.details ? detailLines(status) : []),
    ['Encryption:', 'Disabled'],
    ...healthLines(status, question),
  ]
  return layOut(lines, { minWidth: 2, padding: 3 })
}

function generalLines(status: AgentStatus, question: StatusQuestion): string[][] {
  const { facts, pools, allocations } = status
  const { major, minor, gitVersion, platform } = facts.kubernetes
  return [
    ['KVStore:', 'Disabled', ''],
    ['Kubernetes:', 'Ok', `${major}.${minor} (${gitVersion}) [${platform}]`],
    ['KubeProxyReplacement:', status.hasServices ? 'True' : 'False', `[${deviceText(status)}]`],
    ['Host firewall:', 'Disabled'],
    ['SRv6:', 'Disabled'],
    ['CNI Chaining:', 'none'],
    ['Cilium:', `${stateOf(status)}   ${versionText(status)}`],
    ['NodeMonitor:', 'Disabled'],
    ['IPAM:', pools.map(poolText).join(', ')],
    ...(question.addresses
      ? [['Allocated addresses:'], ...[...allocations].map(([own, pod]) => [`  ${own} (${pod})`])]
      : []),
    ['BandwidthManager:', 'Disabled'],
    ['Routing:', 'Network: Native   Host: Legacy'],
    ['Masquerading:', masqueradingText(status)],
  ]
}

export function stateOf(status: AgentStatus): 'Ok' | 'Failure' {
  return problemOf(status) === undefined ? 'Ok' : 'Failure'
}

/** Whoever reads the version must see that it is none of Cilium's. */
export function versionText({ facts }: AgentStatus): string {
  return `fairway ${facts.fairwayVersion} (nftables)`
}

export function deviceText({ device }: AgentStatus): string {
  return `${device.name}   ${device.addresses.join(' ')} (Direct Routing)`
}

/** Upstream knows `BPF` and `IPTables`; here it is nftables that does it. */
function masqueradingText({ masquerades }: AgentStatus): string {
  if (masquerades.size === 0) return 'Disabled'
  const word = (family: 4 | 6) => (masquerades.has(family) ? 'Enabled' : 'Disabled')
  return `nftables [IPv4: ${word(4)}, IPv6: ${word(6)}]`
}

function controllerLines({ controllers, nowMs }: AgentStatus, question: StatusQuestion): string[][] {
  const failing = controllers.filter(({ failures }) => failures > 0)
  const shown = question.controllers ? controllers : failing
  const rows = shown.map(state => controllerRow(state, nowMs))
  return [
    ['Controller Status:', `${controllers.length - failing.length}/${controllers.length} healthy`],
    ...nested(rows.length === 0 ? [] : [['  Name', 'Last success', 'Last error', 'Count', 'Message'], ...rows]),
  ]
}

function controllerRow(state: ControllerState, nowMs: number): string[] {
  const { name, lastSuccessMs, lastFailureMs, failures, message = 'no error' } = state
  return [`  ${name}`, agoText(lastSuccessMs, nowMs), agoText(lastFailureMs, nowMs), String(failures), message, '']
}

/** As Go prints a duration of whole seconds. */
export function agoText(sinceMs: number | undefined, nowMs: number): string {
  if (sinceMs === undefined) return 'never'
  const total = Math.max(0, Math.floor((nowMs - sinceMs) / 1000))
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  if (hours > 0) return `${hours}h${minutes}m${seconds}s ago`
  return minutes > 0 ? `${minutes}m${seconds}s ago` : `${seconds}s ago`
}

function detailLines(status: AgentStatus): string[][] {
  const { facts } = status
  const { first, last } = facts.nodePorts
  const lines = nested([
    ['  Status:', status.hasServices ? 'True' : 'False'],
    ['  Socket LB:', 'Disabled'],
    ['  Devices:', deviceText(status)],
    ['  Mode:', facts.loadBalancerMode.toUpperCase()],
    ['  Backend Selection:', 'Random'],
    ['  Session Affinity:', 'Enabled'],
    ['  Graceful Termination:', 'Enabled'],
    ['  NAT46/64 Support:', 'Disabled'],
    ['  XDP Acceleration:', 'Disabled'],
    ['  Services:'],
    ['  - ClusterIP:', 'Enabled'],
    ['  - NodePort:', `Enabled (Range: ${first}-${last}) `],
    ['  - LoadBalancer:', 'Enabled '],
    ['  - externalIPs:', 'Enabled '],
    ['  - HostPort:', 'Disabled'],
  ])
  return [['KubeProxyReplacement Details:'], ...lines]
}

function healthLines({ health, nowMs }: AgentStatus, question: StatusQuestion): string[][] {
  const healthy = health.filter(isHealthy).length
  const shown = health.filter(node => question.health || node.isLocal || !isHealthy(node))
  return [
    [
      'Cluster health:',
      `${healthy}/${health.length} reachable`,
      `(${new Date(nowMs).toISOString().replace(/\.\d+/, '')})`,
    ],
    ['Name', 'IP', 'Node', 'Endpoints'],
    ...shown.map(healthRow),
  ]
}

function healthRow({ name, address, isLocal, nodeAnswers, podAnswers }: NodeHealth): string[] {
  const count = (answered: boolean | undefined) => (answered === undefined ? '0/0' : `${Number(answered)}/1`)
  return [`  ${name}${isLocal ? ' (localhost)' : ''}`, address ?? '', count(nodeAnswers), count(podAnswers)]
}

/** A table within the text has columns of its own; a line without a tab takes no part in those around it. */
function nested(rows: readonly string[][]): string[][] {
  return layOut(rows, { minWidth: 0, padding: 3 })
    .split('\n')
    .slice(0, -1)
    .map(line => [line])
}
