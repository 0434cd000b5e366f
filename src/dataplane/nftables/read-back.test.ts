import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseServices } from './read-back.ts'

const place = (port: number, ...more: unknown[]) => ({ concat: ['10.96.0.7', 'tcp', port, ...more] })
const goto = (target: string) => ({ goto: { target } })
const backend = (address: string) => ({ concat: [address, 8080] })
/** As nft prints it; what a test does not name is empty. */
const listing = (sets: Readonly<Record<string, readonly unknown[]>>, rules: readonly object[] = []) => ({
  nftables: [
    { metainfo: { version: '1.0.6' } },
    ...Object.entries(sets).map(([name, elem]) => ({ map: { family: 'inet', name, elem } })),
    ...rules.map(expr => ({ rule: { chain: 'postrouting', expr } })),
  ],
})

test('backends come in the order of their numbers, whatever the order of the elements', () => {
  const { frontends } = parseServices(
    listing({
      frontends4: [[place(80), goto('pick-2-v4')]],
      backends4: [
        [place(80, 1), backend('10.244.1.10')],
        [place(80, 0), backend('10.244.0.10')],
        [place(81, 0), backend('10.244.9.9')],
      ],
    }),
  )
  assert.equal(frontends.length, 1)
  assert.deepEqual(
    frontends[0]?.backends.map(({ address }) => address),
    ['10.244.0.10', '10.244.1.10'],
  )
  assert.equal(frontends[0]?.outside, undefined)
})

test('a traffic policy of Local shows as two lists of backends', () => {
  const local = 0x8000_0000
  const { frontends } = parseServices(
    listing({
      frontends4: [[place(80), goto('local-1-of-pick-2-v4')]],
      backends4: [
        [place(80, 0), backend('10.244.0.10')],
        [place(80, 1), backend('10.244.1.10')],
        [place(80, local), backend('10.244.1.10')],
      ],
    }),
  )
  assert.deepEqual(frontends[0]?.backends.length, 2)
  assert.deepEqual(
    frontends[0]?.outside?.map(({ address }) => address),
    ['10.244.1.10'],
  )
})

test('a sticky frontend finds its backends through their tickets', () => {
  const { frontends } = parseServices(
    listing({
      frontends4: [[place(80), goto('pick-2-sticky-10800-v4')]],
      tickets4: [
        [place(80, 0), 1_900_000_000],
        [place(80, 1), 1_200_000_000],
      ],
      backends4: [
        [place(80, 1_200_000_000), backend('10.244.1.10')],
        [place(80, 1_900_000_000), backend('10.244.0.10')],
      ],
    }),
  )
  assert.equal(frontends[0]?.isSticky, true)
  assert.deepEqual(
    frontends[0]?.backends.map(({ address }) => address),
    ['10.244.0.10', '10.244.1.10'],
  )
})

test('allowed clients are named as ranges', () => {
  const { frontends } = parseServices(
    listing({
      frontends4: [[place(80), goto('guard-pick-1-v4')]],
      backends4: [[place(80, 0), backend('10.244.0.10')]],
      allowed4: [
        place(80, { prefix: { addr: '192.168.1.0', len: 25 } }),
        place(80, { range: ['192.168.1.200', '192.168.1.209'] }),
        place(80, '192.168.1.250'),
      ],
    }),
  )
  assert.deepEqual(frontends[0]?.allowed, ['192.168.1.0/25', '192.168.1.200-192.168.1.209', '192.168.1.250/32'])
})

test('pods are masqueraded in the families in which there are any', () => {
  const masquerade = (family: 4 | 6) => [{ match: { right: `@pod-sources${family}` } }, { masquerade: null }]
  const rules = [masquerade(4), masquerade(6), [{ match: { right: '@hairpin6' } }, { masquerade: null }]]
  const { masquerades } = parseServices(listing({ 'pod-sources4': ['10.244.0.0'], 'pod-sources6': [] }, rules))
  assert.deepEqual([...masquerades], [4])
})
