// Is there a cluster address that the API server refuses: outside the Service range, or held by another Service?
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts'
import { type Address, parseAddress } from '../../../net/address.ts'
import { addressAt, type Cidr, contains, formatCidr } from '../../../net/cidr.ts'
import { type Service, services } from '../../../objects/kinds/service.ts'
import { keyOf } from '../../../objects/object.ts'
import { finding, whereIs } from '../inventory.ts'
import type { FieldPath, Rule } from '../rule.ts'

export const clusterAddress: Rule = {
  codes: ['FW306'],
  *check(input) {
    const ranges = input.site?.serviceCidrs ?? []
    const holders = new Map<Address, string>()
    for (const range of ranges) {
      const own = addressAt(range, 1)
      if (own !== undefined) holders.set(own, 'Service default/kubernetes, the API server’s own,')
    }
    // What the site stands for comes after the user's objects, but it is created first.
    const entries = input.of<Service>(services)
    const inOrder = entries.toSorted((a, b) => Number(b.isOfSite) - Number(a.isOfSite))
    for (const entry of inOrder) {
      for (const { address, path } of addressesOf(entry.object)) {
        const lead = `Service ${keyOf(entry.object)} asks for the cluster address ${address}`
        const refuse = (message: string): Diagnostic =>
          finding(entry, path, {
            code: 'FW306',
            severity: 'error',
            message,
            why: 'The API server refuses the Service.',
            fix: 'leave clusterIP out to get a free address of the range',
          })
        const holder = holders.get(address)
        // Objects of the site are checked with the site (FW206).
        if (entry.isOfSite) holders.set(address, `Service ${keyOf(entry.object)}${whereIs(entry, path)}`)
        else if (holder !== undefined) yield refuse(`${lead}, which ${holder} has already`)
        else if (isOutside(ranges, address))
          yield refuse(`${lead}, which is outside the Service range ${ranges.map(formatCidr).join(', ')}`)
        if (!holders.has(address)) holders.set(address, `Service ${keyOf(entry.object)}${whereIs(entry, path)}`)
      }
    }
  },
}

function isOutside(ranges: readonly Cidr[], address: Address): boolean {
  return ranges.length > 0 && !ranges.some(range => contains(range, address))
}

interface Asked {
  readonly address: Address
  readonly path: FieldPath
}

function addressesOf({ spec }: Service): readonly Asked[] {
  const asked = new Map<Address, FieldPath>()
  for (const [index, text] of (spec?.clusterIPs ?? []).entries())
    add(asked, { text, path: ['spec', 'clusterIPs', index] })
  // The field in the singular is the first of the list again.
  add(asked, { text: spec?.clusterIP ?? '', path: ['spec', 'clusterIP'] })
  return [...asked].map(([address, path]) => ({ address, path }))
}

function add(
  asked: Map<Address, FieldPath>,
  { text, path }: { readonly text: string; readonly path: FieldPath },
): void {
  const address = parseAddress(text)
  if (address !== undefined) asked.set(address, path)
}
