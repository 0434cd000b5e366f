// How are those who program kernels and proxies spared the flood of a start, in which every pod changes the Network?
import type { Network } from '../../network/model.ts'
import type { NetworkSource, NetworkSubscriber } from './start-network.ts'

/**
 * The same Network, but its subscribers hear of it once at the beginning and then not before `until` resolves; from there on, of
 * every change. Each is told the Network that it itself was told before.
 */
export function heldBack(source: NetworkSource, until: Promise<void>): NetworkSource {
  const deliveries = new Set<() => void>()
  let isReleased = false
  void until.then(() => {
    isReleased = true
    for (const deliver of deliveries) deliver()
  })
  return {
    synced: source.synced,
    current: () => source.current(),
    flush: () => source.flush(),
    onChange(callback: NetworkSubscriber) {
      let told: Network | undefined
      let latest: Network | undefined
      const deliver = () => {
        if (latest === undefined || latest === told) return
        const before = told
        told = latest
        callback(latest, before)
      }
      const end = source.onChange(next => {
        latest = next
        if (isReleased || told === undefined) deliver()
      })
      deliveries.add(deliver)
      return () => {
        deliveries.delete(deliver)
        end()
      }
    },
  }
}
