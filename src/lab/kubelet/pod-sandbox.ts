// What a pod has before any container runs: a network namespace, addresses, names, files.
import { mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Address, parseAddress } from '../../net/address.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import type { ContainerContext } from '../runtime.ts'
import type { PodFacts } from './downward.ts'
import { environmentOf } from './environment.ts'
import { hostsFile, podNames } from './hosts-file.ts'
import type { NodeFacilities } from './node-facilities.ts'
import type { ContainerSpec } from './pod-types.ts'
import { resolvConf } from './resolv-conf.ts'
import { mountsOf, refreshVolumes, type VolumeOptions } from './volumes.ts'

export class PodSandbox {
  readonly #node: NodeFacilities
  readonly #isHostNetwork: boolean
  readonly #name: string
  readonly #directory: string
  #hasDirectory = false
  #isHolding: boolean
  #namespace: NetNamespace | undefined
  #hasOpened = false
  addresses: readonly Address[] = []

  /** Takes the addresses that the pod has already, from before a restart of the daemon. */
  constructor(node: NodeFacilities, pod: Pod) {
    this.#node = node
    this.#isHostNetwork = pod.spec?.hostNetwork === true
    const { namespace = 'default', name, uid = '' } = pod.metadata
    this.#name = `${namespace}.${name}`.slice(0, 180).concat('.', uid.slice(0, 8))
    this.#directory = join(node.directory, 'pods', uid)
    const before = this.#isHostNetwork ? undefined : parseAddress(pod.status?.podIP ?? '')
    this.addresses = (before === undefined ? undefined : node.addresses.claim(before)) ?? []
    this.#isHolding = this.addresses.length > 0
  }

  get isOpen(): boolean {
    return this.#namespace !== undefined
  }

  /** True from the first opening on: the addresses are the pod's, also after its end. */
  get hasOpened(): boolean {
    return this.#hasOpened
  }

  get namespace(): NetNamespace {
    if (this.#namespace === undefined) throw new Error(`pod sandbox ${this.#name} has no network`)
    return this.#namespace
  }

  /** Rejects when there is no address left, or the kernel refuses; trying again may help. */
  async open(): Promise<void> {
    const { machine, sandboxes, addresses } = this.#node
    if (this.#isHostNetwork) {
      this.addresses = machine.addresses
      this.#namespace = machine.namespace
      this.#hasOpened = true
      return
    }
    if (!this.#isHolding) {
      const given = addresses.allocate()
      if (given === undefined) throw new Error(`no addresses available in the pod CIDRs of node ${machine.name}`)
      this.addresses = given
      this.#isHolding = true
    }
    this.#namespace = await sandboxes.attach(machine, { name: this.#name, addresses: this.addresses })
    this.#hasOpened = true
  }

  /** Removes the network. The addresses stay known, for a last status, but may be given to others. */
  async close(): Promise<void> {
    const namespace = this.#namespace
    this.#namespace = undefined
    try {
      if (namespace !== undefined && !this.#isHostNetwork)
        await this.#node.sandboxes.detach(this.#node.machine, namespace)
    } finally {
      const [first] = this.addresses
      if (this.#isHolding && first !== undefined) this.#node.addresses.release(first)
      this.#isHolding = false
    }
  }

  async removeFiles(): Promise<void> {
    if (this.#hasDirectory) await rm(this.#directory, { recursive: true, force: true })
  }

  facts(pod: Pod): PodFacts {
    const { machine, allocatable } = this.#node
    return { pod, nodeName: machine.name, addresses: this.addresses, hostAddresses: machine.addresses, allocatable }
  }

  volumes(pod: Pod): VolumeOptions {
    const { sources, directory, machine, serviceAccount } = this.#node
    return {
      facts: this.facts(pod),
      sources,
      directory: this.#directory,
      nodeDirectory: join(directory, 'nodes', machine.name),
      // A token is signed when somebody asks for it: few pods have anybody who does.
      get serviceAccount() {
        return serviceAccount?.(pod.metadata.namespace ?? 'default', pod.spec?.serviceAccountName ?? 'default')
      },
    }
  }

  refreshVolumes(pod: Pod): void {
    if (this.#hasDirectory) refreshVolumes(this.volumes(pod))
  }

  /** Most of it is made only when a runtime asks: a stand-in needs neither files nor an environment. */
  context(pod: Pod, container: ContainerSpec, log: ContainerContext['log']): ContainerContext {
    const { machine, dns, sources } = this.#node
    const facts = this.facts(pod)
    const names = podNames(pod, { clusterDomain: dns.clusterDomain, nodeName: machine.name })
    const makeDirectory = () => {
      if (!this.#hasDirectory) mkdirSync(this.#directory, { recursive: true })
      this.#hasDirectory = true
      return this.#directory
    }
    let env: Readonly<Record<string, string>> | undefined
    return {
      pod,
      container,
      nodeName: machine.name,
      namespace: this.namespace,
      addresses: this.addresses,
      hostname: names.hostname,
      log,
      get directory() {
        return makeDirectory()
      },
      get resolvConf() {
        return resolvConf(pod, dns)
      },
      get hosts() {
        return hostsFile(pod, { names, addresses: facts.addresses })
      },
      get env() {
        if (env === undefined) {
          const result = environmentOf(container, facts, sources)
          if (result.kind === 'missing') throw new Error(result.what)
          env = result.env
        }
        return env
      },
      mounts: () => {
        makeDirectory()
        return mountsOf(container, this.volumes(pod))
      },
    }
  }
}
