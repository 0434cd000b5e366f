// Which features of the kernel a lab can use, found by trying them in namespaces that vanish at once.
import { closeSync } from 'node:fs'
import koffi from 'koffi'
import { libc } from '../libc.ts'
import { searchPath } from '../programs.ts'
import type { Runner } from '../runner.ts'
import type { Capability } from './capability.ts'

interface Trial {
  readonly name: string
  /** A command for sh, which works in empty namespaces as root. It is ours alone: nothing is ever put into it. */
  readonly script: string
  readonly required: boolean
  readonly why: string
}

/** In order; later ones use what earlier ones made. */
const trials: readonly Trial[] = [
  {
    name: 'tmpfs',
    script: 'mount -t tmpfs tmpfs /run && mkdir /run/netns',
    required: true,
    why: 'gives the lab a /run of its own',
  },
  {
    name: 'overlay',
    script:
      'mkdir /run/u /run/w /run/m && mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/u,workdir=/run/w /run/m',
    required: true,
    why: 'lets the lab change files below /etc for itself',
  },
  { name: 'named network namespaces', script: 'ip netns add trial', required: true, why: 'are the machines and pods' },
  {
    name: 'veth',
    script: 'ip link add trial0 type veth peer name trial1',
    required: true,
    why: 'joins machines and pods',
  },
  { name: 'bridge', script: 'ip link add trial2 type bridge', required: true, why: 'is the switch of the LAN' },
  {
    name: 'nftables NAT',
    script: `nft 'table inet trial { chain c { type nat hook postrouting priority 100; masquerade; }; }'`,
    required: true,
    why: 'carries Services and masquerading',
  },
  {
    name: 'nftables maps',
    script: `nft 'table ip maps { map m { type ipv4_addr . inet_proto . inet_service : verdict; }; chain c { type nat hook prerouting priority -100; ip daddr . meta l4proto . th dport vmap @m; }; }'`,
    required: true,
    why: 'finds a Service in constant time',
  },
  {
    name: 'nftables netdev fwd',
    script: `nft 'table netdev trial { chain c { type filter hook ingress device "trial0" priority 0; fwd to "trial1"; }; }'`,
    required: false,
    why: 'lets answers go past the announcing node (direct server return)',
  },
]

/** Kernel features, of which the first is the right to make namespaces at all. */
export async function detectKernel(runner: Runner, rootless: boolean): Promise<readonly Capability[]> {
  return [...(await tryInNamespaces(runner, rootless)), detectSctp(), ...detectBpf()]
}

async function tryInNamespaces(runner: Runner, rootless: boolean): Promise<readonly Capability[]> {
  const user = rootless ? ['--user', '--map-root-user'] : []
  const script = trials.map(
    ({ script }, index) =>
      `if said=$({ ${script}; } 2>&1); then echo "${index} yes"; else echo "${index} no" $said; fi`,
  )
  const args = [
    ...user,
    '--mount',
    '--net',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    '--',
    'sh',
    '-c',
    script.join('\n'),
  ]
  const { exitCode, stdout, stderr } = await runner
    .run('unshare', args, { env: searchPath() })
    .catch((error: Error) => ({
      exitCode: -1,
      stdout: '',
      stderr: error.message,
    }))
  const entered: Capability = {
    name: rootless ? 'user namespaces' : 'namespaces',
    kind: 'kernel',
    state: exitCode === 0 ? 'present' : 'missing',
    required: true,
    why: 'keep the lab apart from the machine',
    ...(exitCode === 0 ? {} : { detail: stderr.trim() }),
  }
  if (exitCode !== 0) return [entered]
  const answers = new Map(stdout.split('\n').map(line => [Number.parseInt(line, 10), line.replace(/^\d+ /, '')]))
  return [entered, ...trials.map((trial, index) => capabilityOf(trial, answers.get(index) ?? 'no answer'))]
}

function capabilityOf({ name, required, why }: Trial, answer: string): Capability {
  const common = { name, kind: 'kernel', required, why } as const
  if (answer === 'yes') return { ...common, state: 'present' }
  return { ...common, state: 'missing', detail: answer.replace(/^no ?/, '') }
}

const AF_INET = 2
const SOCK_STREAM = 1
const SOCK_CLOEXEC = 0o2000000
const IPPROTO_SCTP = 132

function detectSctp(): Capability {
  const fd = libc.socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP)
  if (fd >= 0) closeSync(fd)
  return {
    name: 'SCTP',
    kind: 'kernel',
    state: fd >= 0 ? 'present' : 'missing',
    required: false,
    why: 'is a protocol of Services',
  }
}

/** Numbers of bpf(2); on other processors nothing is tried. */
const bpfCall: Readonly<Partial<Record<NodeJS.Architecture, number>>> = { x64: 321, arm64: 280 }
const BPF_PROG_LOAD = 5
const bpfPrograms = [
  { name: 'BPF on traffic control', type: 3, attach: 0, why: 'may carry packets past the network stack' },
  { name: 'BPF on cgroup sockets', type: 18, attach: 10, why: 'may choose a Service’s endpoint as a program connects' },
] as const

/** Loads the smallest program of each type, which changes nothing as long as it is attached to nothing. */
function detectBpf(): readonly Capability[] {
  return bpfPrograms.map(({ name, type, attach, why }) => {
    const fd = loadBpf(type, attach)
    if (fd >= 0) closeSync(fd)
    return { name, kind: 'kernel', state: fd >= 0 ? 'present' : 'missing', required: false, why }
  })
}

function loadBpf(type: number, attach: number): number {
  const call = bpfCall[process.arch]
  if (call === undefined) return -1
  // r0 = 1; exit
  const instructions = Buffer.from('b7000000010000009500000000000000', 'hex')
  const license = Buffer.from('GPL\0')
  const attributes = Buffer.alloc(128)
  attributes.writeUInt32LE(type, 0)
  attributes.writeUInt32LE(instructions.length / 8, 4)
  attributes.writeBigUInt64LE(koffi.address(instructions), 8)
  attributes.writeBigUInt64LE(koffi.address(license), 16)
  attributes.writeUInt32LE(attach, 68)
  return libc.bpf(call, BPF_PROG_LOAD, attributes, attributes.length)
}
