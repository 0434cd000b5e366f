// What does somebody ask of the node's agent, in the words of Cilium's command line?

export type OutputFormat = 'text' | 'json'

export interface StatusQuestion {
  readonly kind: 'status'
  readonly format: OutputFormat
  readonly brief: boolean
  readonly addresses: boolean
  readonly controllers: boolean
  /** All nodes, and not only this one and those that do not answer. */
  readonly health: boolean
  /** The details of the kube-proxy replacement. */
  readonly details: boolean
}

export type LoadBalancerView = 'all' | 'source-ranges'

export type AgentRequest =
  | StatusQuestion
  | { readonly kind: 'service-list'; readonly format: OutputFormat }
  | { readonly kind: 'lb-list'; readonly format: OutputFormat; readonly view: LoadBalancerView }
  | { readonly kind: 'version' }
  | { readonly kind: 'help' }
  /** Words of Cilium that have no true answer here, and where to look instead. */
  | { readonly kind: 'unanswerable'; readonly words: string; readonly because: string; readonly instead: string }
  | { readonly kind: 'misused'; readonly message: string }

interface Unanswerable {
  readonly words: string
  readonly because: string
  readonly instead: string
}

const unanswerable: readonly Unanswerable[] = [
  {
    words: 'policy get',
    because: 'policies are not kept by node here',
    instead: 'kubectl get networkpolicies,ciliumnetworkpolicies,ciliumclusterwidenetworkpolicies -A',
  },
  {
    words: 'endpoint list',
    because: 'there are no Cilium endpoints or identities here',
    instead: 'kubectl get pods -A -o wide --field-selector spec.nodeName=NODE',
  },
  {
    words: 'monitor',
    because: 'there is no BPF program whose events could be shown',
    instead: 'fairway exec NODE -- tcpdump -ni any',
  },
  {
    words: 'connectivity test',
    because: 'it belongs to the cluster command line, and needs Cilium itself',
    instead: 'fairway status; fairway exec laptop -- curl URL',
  },
]

/** Cilium keeps these apart; here a frontend holds its backends itself, and connection tracking does the way back. */
const missingViews = ['--frontends', '--backends', '--revnat']

/** What comes after `cilium` or `cilium-dbg`. */
export function parseRequest(argv: readonly string[]): AgentRequest {
  const read = readWords(argv)
  if ('kind' in read) return read
  const { words, flags, format } = read
  if (words.length === 0 || flags.has('--help') || flags.has('-h')) return { kind: 'help' }
  const path = words.join(' ').replace(/\bls\b/, 'list')
  switch (path) {
    case 'status':
      return statusQuestion(flags, format)
    case 'service list':
      return unknownFlag(flags, ['--clustermesh-affinity']) ?? { kind: 'service-list', format }
    case 'bpf lb list':
      return loadBalancerQuestion(flags, format)
    case 'version':
      return { kind: 'version' }
  }
  const known = unanswerable.find(({ words }) => path === words || path.startsWith(`${words} `))
  return known === undefined
    ? {
        kind: 'unanswerable',
        words: path,
        because: `it answers ${answerable.join(', ')}`,
        instead: 'fairway help',
      }
    : { kind: 'unanswerable', ...known }
}

export const answerable = ['status', 'service list', 'bpf lb list', 'version'] as const

function loadBalancerQuestion(flags: ReadonlySet<string>, format: OutputFormat): AgentRequest {
  const missing = missingViews.find(flag => flags.has(flag))
  if (missing !== undefined) {
    return {
      kind: 'unanswerable',
      words: `bpf lb list ${missing}`,
      because:
        'the kernel keeps no such table here: nftables holds backends by frontend, and connection tracking the way back',
      instead: 'cilium bpf lb list',
    }
  }
  const view = flags.has('--source-ranges') ? 'source-ranges' : 'all'
  return unknownFlag(flags, ['--source-ranges']) ?? { kind: 'lb-list', format, view }
}

const statusFlags = [
  '--verbose', '--brief', '--all-addresses', '--all-controllers', '--all-nodes', '--all-redirects', '--all-clusters', '--all-health',
] // biome-ignore format: one list

function statusQuestion(flags: ReadonlySet<string>, format: OutputFormat): AgentRequest {
  const verbose = flags.has('--verbose')
  return (
    unknownFlag(flags, statusFlags) ?? {
      kind: 'status',
      format,
      brief: flags.has('--brief'),
      addresses: verbose || flags.has('--all-addresses'),
      controllers: verbose || flags.has('--all-controllers'),
      health: verbose || flags.has('--all-health'),
      details: verbose,
    }
  )
}

function unknownFlag(flags: ReadonlySet<string>, known: readonly string[]): AgentRequest | undefined {
  const unknown = [...flags].find(flag => !known.includes(flag))
  return unknown === undefined ? undefined : { kind: 'misused', message: `unknown flag: ${unknown}` }
}

interface Words {
  readonly words: readonly string[]
  readonly flags: ReadonlySet<string>
  readonly format: OutputFormat
}

function readWords(argv: readonly string[]): Words | Extract<AgentRequest, { readonly kind: 'misused' }> {
  const words: string[] = []
  const flags = new Set<string>()
  let output: string | undefined
  const rest = [...argv]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const format = /^(?:-o|--output)(?:=(.*))?$/.exec(word) ?? /^-o(.+)$/.exec(word)
    if (format !== null) output = format[1] ?? rest.shift() ?? ''
    // How long to wait for an answer: there is no waiting here.
    else if (word === '--timeout') rest.shift()
    else if (word.startsWith('--timeout=')) continue
    else if (word.startsWith('-')) flags.add(word)
    else words.push(word)
  }
  if (output === undefined) return { words, flags, format: 'text' }
  if (output === 'json') return { words, flags, format: 'json' }
  return { kind: 'misused', message: `-o takes json here, not ${JSON.stringify(output)}` }
}
