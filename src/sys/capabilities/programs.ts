// Which programs Fairway drives, whether they are installed, in which version, and which package brings them.
import { searchPath } from '../programs.ts'
import type { Runner } from '../runner.ts'
import type { Capability } from './capability.ts'
import { nginxWarning } from './nginx-fixes.ts'

interface ProgramNeed {
  readonly command: string
  readonly versionArguments: readonly string[]
  /** Its first group is the version. */
  readonly version: RegExp
  readonly package?: string
  readonly required: boolean
  readonly why: string
}

const needs: readonly ProgramNeed[] = [
  {
    command: 'unshare',
    versionArguments: ['--version'],
    version: /util-linux ([\d.]+)/,
    package: 'util-linux',
    required: true,
    why: 'starts the lab in namespaces of its own',
  },
  {
    command: 'nsenter',
    versionArguments: ['--version'],
    version: /util-linux ([\d.]+)/,
    package: 'util-linux',
    required: true,
    why: 'runs programs as a machine of the lab',
  },
  {
    command: 'setpriv',
    versionArguments: ['--version'],
    version: /util-linux ([\d.]+)/,
    package: 'util-linux',
    required: true,
    why: 'limits what programs in pods may do',
  },
  {
    command: 'ip',
    versionArguments: ['-V'],
    version: /iproute2-([\w.]+)/,
    package: 'iproute2',
    required: true,
    why: 'tries what the kernel can do, and shows links and routes',
  },
  {
    command: 'nft',
    versionArguments: ['--version'],
    version: /nftables v([\d.]+)/,
    package: 'nftables',
    required: true,
    why: 'carries Services, policies and masquerading',
  },
  {
    command: 'nginx',
    versionArguments: ['-v'],
    version: /nginx\/([\d.]+)/,
    package: 'nginx',
    required: true,
    why: 'is the ingress',
  },
  {
    command: 'unbound',
    versionArguments: ['-V'],
    version: /Version ([\d.]+)/,
    package: 'unbound',
    required: true,
    why: 'serves the names of the cluster and the LAN',
  },
  {
    command: 'busybox',
    versionArguments: ['--help'],
    version: /BusyBox v([\d.]+)/,
    package: 'busybox-static',
    required: true,
    why: 'is what busybox images run',
  },
  {
    command: 'hostname',
    versionArguments: ['--version'],
    version: /([\d.]+)/,
    package: 'hostname',
    required: true,
    why: 'names the machines',
  },
  {
    command: 'curl',
    versionArguments: ['--version'],
    version: /curl ([\d.]+)/,
    package: 'curl',
    required: false,
    why: 'tries URLs from a machine of the lab',
  },
  {
    command: 'kubectl',
    versionArguments: ['version', '--client'],
    version: /v([\d.]+)/,
    required: false,
    why: 'works with the lab as with any cluster',
  },
]

export function detectPrograms(runner: Runner): Promise<readonly Capability[]> {
  return Promise.all(needs.map(need => detect(runner, need)))
}

async function detect(runner: Runner, need: ProgramNeed): Promise<Capability> {
  const common = {
    name: need.command,
    kind: 'program',
    required: need.required,
    why: need.why,
    ...(need.package === undefined ? {} : { package: need.package }),
  } as const
  try {
    const { stdout, stderr } = await runner.run(need.command, need.versionArguments, { env: searchPath() })
    const version = need.version.exec(`${stdout}\n${stderr}`)?.[1]
    const warning = need.command === 'nginx' && version !== undefined ? await nginxWarning(runner, version) : undefined
    return {
      ...common,
      state: 'present',
      ...(version === undefined ? {} : { version }),
      ...(warning === undefined ? {} : { warning }),
    }
  } catch (error) {
    return { ...common, state: 'missing', detail: error instanceof Error ? error.message : String(error) }
  }
}
