// What a machine of the lab is: a network namespace, a host name, and its own view of a few files below /etc.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '../../net/address.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import { changeNetwork } from '../../sys/netlink.ts'
import { commandWithView, trustedCertificates, type View } from '../../sys/view.ts'

export type MachineKind = 'node' | 'router' | 'host' | 'internet'

export interface Machine {
  readonly name: string
  readonly kind: MachineKind
  readonly namespace: NetNamespace
  /** Its addresses on the LAN, or on the internet link; the first is the primary. */
  readonly addresses: readonly Address[]
  /** Host name, resolver, hosts file and trust store, as `command` shows them to programs. */
  readonly view: View
  /** The arguments that run a program as this machine, to be spawned in its namespace. */
  command(argv: readonly string[]): readonly string[]
  /** Pulls the plug: the link to the LAN goes down at the other end. */
  cut(): void
  restore(): void
}

export interface MachineFiles {
  /** Where the machine's files go: `<directory>/<name>/`. */
  readonly directory: string
  readonly nameServers: readonly Address[]
  readonly searchDomains: readonly string[]
  /** Lines of /etc/hosts beyond loopback: address and names. */
  readonly hosts: readonly (readonly [Address, ...string[]])[]
  /** A bundle in PEM that replaces the host's. */
  readonly trustBundle?: string
}

/** The far end of a machine's link. */
export interface Plug {
  readonly namespace: NetNamespace
  readonly device: string
}

interface MachineParts {
  readonly name: string
  readonly kind: MachineKind
  readonly namespace: NetNamespace
  readonly addresses: readonly Address[]
  readonly plug: Plug
  readonly files: MachineFiles
}

export function createMachine(parts: MachineParts): Machine {
  const { name, kind, namespace, addresses, plug, files } = parts
  const view = writeView(name, files)
  const setPlug = (up: boolean) =>
    changeNetwork(plug.namespace, netlink => netlink.apply([{ kind: 'set-link', name: plug.device, up }]))
  return {
    name,
    kind,
    namespace,
    addresses,
    view,
    command: argv => commandWithView(view, argv),
    cut: () => setPlug(false),
    restore: () => setPlug(true),
  }
}

function writeView(name: string, files: MachineFiles): View {
  const directory = join(files.directory, name)
  mkdirSync(directory, { recursive: true })
  const put = (file: string, text: string): string => {
    const path = join(directory, file)
    writeFileSync(path, text)
    return path
  }
  return {
    hostname: name,
    binds: [
      { source: put('resolv.conf', resolvConf(files)), target: '/etc/resolv.conf' },
      { source: put('hosts', hostsFile(name, files)), target: '/etc/hosts' },
      { source: put('hostname', `${name}\n`), target: '/etc/hostname' },
      ...(files.trustBundle === undefined ? [] : [{ source: files.trustBundle, target: trustedCertificates }]),
    ],
  }
}

function resolvConf({ nameServers, searchDomains }: MachineFiles): string {
  const lines = nameServers.map(server => `nameserver ${server}`)
  if (searchDomains.length > 0) lines.unshift(`search ${searchDomains.join(' ')}`)
  return `${lines.join('\n')}\n`
}

function hostsFile(name: string, { hosts }: MachineFiles): string {
  const lines = ['127.0.0.1 localhost', '::1 localhost ip6-localhost ip6-loopback', `127.0.1.1 ${name}`]
  return `${[...lines, ...hosts.map(entry => entry.join(' '))].join('\n')}\n`
}
