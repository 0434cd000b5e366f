// Which node ports Services hold, and which is free.
import type { Service } from '../../objects/kinds/service.ts'
import { keyOf } from '../../objects/object.ts'
import type { Store } from '../store/store.ts'
import type { Claim } from './service-addresses.ts'

/** The range of Kubernetes. */
export const nodePorts = { first: 30_000, last: 32_767 } as const
const { first, last } = nodePorts
/** Upstream keeps the lower end for ports that are asked for. */
const firstDynamic = first + 86

export class NodePorts {
  readonly #holders = new Map<number, string>()
  #next = firstDynamic

  constructor(store: Store) {
    const services = store.collection('services')
    for (const service of services.values()) this.#hold(service as Service)
    services.listen(store.revision, ({ previous, object, type }) => {
      if (previous !== undefined) this.#release(previous as Service)
      if (type !== 'DELETED') this.#hold(object as Service)
    })
  }

  check(port: number, key: string): Claim {
    if (!Number.isInteger(port) || port < first || port > last) {
      return {
        kind: 'refused',
        why: `provided port is not in the valid range. The range of valid ports is ${first}-${last}`,
      }
    }
    const holder = this.#holders.get(port)
    return holder === undefined || holder === key
      ? { kind: 'free' }
      : { kind: 'refused', why: 'provided port is already allocated' }
  }

  /** A free port that is not in `taken`; undefined when there is none. */
  pick(taken: ReadonlySet<number>): number | undefined {
    for (let step = 0, port = this.#next; step <= last - first; step++, port++) {
      if (port > last) port = first
      if (this.#holders.has(port) || taken.has(port)) continue
      this.#next = port + 1
      return port
    }
    return undefined
  }

  #hold(service: Service): void {
    for (const port of portsOf(service)) this.#holders.set(port, keyOf(service))
  }

  #release(service: Service): void {
    for (const port of portsOf(service)) if (this.#holders.get(port) === keyOf(service)) this.#holders.delete(port)
  }
}

function portsOf({ spec }: Service): readonly number[] {
  const ports = (spec?.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : []))
  return spec?.healthCheckNodePort ? [...ports, spec.healthCheckNodePort] : ports
}
