// Which of the texts in an object's field are addresses.
import { type Address, parseAddress } from '../../net/address.ts'
import { type Cidr, parseCidr } from '../../net/cidr.ts'

/** Keeps the order, drops repetitions and what is no address: the API server has refused it already. */
export function addressesIn(texts: readonly (string | undefined)[] | undefined): readonly Address[] {
  if (texts === undefined || texts.length === 0) return nothing
  const found = new Set<Address>()
  for (const text of texts) {
    const address = text === undefined ? undefined : parseAddress(text.trim())
    if (address !== undefined) found.add(address)
  }
  return [...found]
}

export function cidrsIn(texts: readonly (string | undefined)[] | undefined): readonly Cidr[] {
  return (texts ?? []).flatMap(text => parseCidr(text?.trim() ?? '') ?? [])
}

const nothing: readonly Address[] = []
