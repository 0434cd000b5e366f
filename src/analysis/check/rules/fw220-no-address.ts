// Which LoadBalancer Services would stay <pending>, and why? Asked of the allocator that the lab runs.
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts'
import { addressRequest } from '../../../network/load-balancer/address-request.ts'
import { type Allocation, isOurs, type Reason, type ServiceAddresses } from '../../../network/load-balancer/allocate.ts'
import { isOpen, serves } from '../../../network/load-balancer/pools.ts'
import { type Service, services } from '../../../objects/kinds/service.ts'
import { keyOf } from '../../../objects/object.ts'
import { selectorText } from '../../../objects/selector-text.ts'
import { familiesOf, folderAddresses } from '../folder-addresses.ts'
import { finding, isWritten } from '../inventory.ts'
import type { Entry, FieldPath, Inventory, Rule } from '../rule.ts'

export const noAddress: Rule = {
  codes: ['FW220', 'FW221', 'FW222'],
  *check(input) {
    const allocation = folderAddresses(input)
    for (const entry of input.of<Service>(services)) {
      if (!isOurs(entry.object)) continue
      const given = allocation.services.get(keyOf(entry.object))
      if (given === undefined) {
        if (input.isWhole) yield withoutPools(entry)
      } else if (given.reason !== 'satisfied') {
        yield pending(entry, { given, allocation, input })
      }
    }
  },
}

const codeOf: Readonly<Record<Exclude<Reason, 'satisfied'>, 'FW220' | 'FW221' | 'FW222'>> = {
  out_of_ips: 'FW220',
  no_pool: 'FW221',
  pool_selector_mismatch: 'FW221',
  already_allocated: 'FW222',
  already_allocated_incompatible_service: 'FW222',
}

function withoutPools(entry: Entry<Service>): Diagnostic {
  return finding(entry, ['spec', 'type'], {
    code: 'FW221',
    severity: 'warning',
    message: `Service ${keyOf(entry.object)} gets no load-balancer address: there is no pool`,
    why: 'Its EXTERNAL-IP stays <pending>, and nobody on the LAN can reach it.',
    fix: 'add a CiliumLoadBalancerIPPool with addresses of the LAN that the DHCP server leaves alone',
  })
}

interface Pending {
  readonly given: ServiceAddresses
  readonly allocation: Allocation
  readonly input: Inventory
}

function pending(entry: Entry<Service>, { given, allocation, input }: Pending): Diagnostic {
  const { reason, message, addresses } = given
  const code = reason === 'satisfied' ? 'FW220' : codeOf[reason]
  const got = addresses.length === 0 ? 'gets no load-balancer address' : `gets only ${addresses.join(', ')}`
  const path = requestPath(entry)
  // Elsewhere there may be more pools, but an address that two Services of the input want goes to one of them anywhere.
  const isCertain = input.isWhole || code === 'FW222'
  return finding(entry, code === 'FW220' || path === undefined ? ['spec', 'type'] : path, {
    code,
    severity: isCertain ? 'error' : 'warning',
    message: `Service ${keyOf(entry.object)} ${got}: ${message}`,
    ...advice(code, { entry, allocation, input }),
  })
}

/** Where the Service asks for certain addresses. */
function requestPath(entry: Entry<Service>): FieldPath | undefined {
  const annotations = ['lbipam.cilium.io/ips', 'io.cilium/lb-ipam-ips'].map(name => ['metadata', 'annotations', name])
  return [...annotations, ['spec', 'loadBalancerIP']].find(path => isWritten(entry, path))
}

interface Asked {
  readonly entry: Entry<Service>
  readonly allocation: Allocation
  readonly input: Inventory
}

function advice(code: 'FW220' | 'FW221' | 'FW222', asked: Asked): Pick<Diagnostic, 'why' | 'fix'> {
  const { allocation } = asked
  switch (code) {
    case 'FW220': {
      const names = poolsFor(asked)
      return {
        why: `Its EXTERNAL-IP stays <pending>. Which Service goes without depends on the order in which they are created; the addresses are those of pool ${names.join(', ')}.`,
        fix: `add a block to pool ${names[0] ?? ''}, or give a Service type ClusterIP and an Ingress`,
      }
    }
    case 'FW221': {
      if (requestPath(asked.entry) !== undefined) {
        const held = allocation.pools.map(
          ({ pool }) => `${pool.name} holds ${pool.ranges.map(({ text }) => text).join(', ')}`,
        )
        return {
          why: `Its EXTERNAL-IP stays <pending>, and no Event says so. Pool ${held.join('; pool ')}.`,
          fix: 'ask for an address that a pool for the Service holds, or leave the request out to get the next free one',
        }
      }
      const wanted = allocation.pools.map(({ pool }) =>
        pool.selector === undefined
          ? `${pool.name} takes every Service`
          : `${pool.name} wants ${selectorText(pool.selector)}`,
      )
      return {
        why: `Its EXTERNAL-IP stays <pending>, and no Event says so. Pool ${wanted.join('; pool ')}.`,
        fix: 'give the Service the labels that a pool wants, or widen the pool’s serviceSelector',
      }
    }
    case 'FW222':
      return {
        why: 'One address has one owner, unless the Services share it under one lbipam.cilium.io/sharing-key with different ports.',
        fix: 'ask for another address, or leave the request out to get the next free one',
      }
  }
}

function poolsFor({ entry, allocation, input }: Asked): readonly string[] {
  const request = addressRequest(entry.object, familiesOf(input.site))
  return allocation.pools.filter(({ pool }) => isOpen(pool) && serves(pool, request)).map(({ pool }) => pool.name)
}
