// Which texts are addresses, and may traffic of other hosts be sent to them? Follows ValidateNonSpecialIP.
import { parseAddress } from '../../net/address.ts'
import { cidr, contains } from '../../net/cidr.ts'
import type { FieldProblem } from '../kind.ts'
import { type FieldPath, invalid } from '../problems.ts'

export const addressRule = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
export const cidrRule = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

/** Addresses that no packet of another host should be sent to. */
const refusedRanges = (
  [
    ['0.0.0.0/32', 'may not be unspecified (0.0.0.0 or ::)'],
    ['::/128', 'may not be unspecified (0.0.0.0 or ::)'],
    ['127.0.0.0/8', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ['::1/128', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
    ['169.254.0.0/16', 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
    ['fe80::/10', 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
    ['224.0.0.0/24', 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
    ['ff02::/16', 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
  ] as const
).map(([text, why]) => ({ range: cidr(text), why }))

export function checkReachableAddress(text: string, path: FieldPath): FieldProblem[] {
  const address = typeof text === 'string' ? parseAddress(text) : undefined
  if (address === undefined) return [invalid(path, text, addressRule)]
  const refused = refusedRanges.find(({ range }) => contains(range, address))
  return refused === undefined ? [] : [invalid(path, text, refused.why)]
}
