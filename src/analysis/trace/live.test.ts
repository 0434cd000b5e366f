import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeLive, type LiveHop, type LiveResult } from './live.ts'
import type { Trace, Verdict } from './trace-result.ts'

const seen: LiveHop = { kind: 'seen', what: 'there' }
const lost: LiveHop = { kind: 'not-seen', what: 'not there' }
const arrived: LiveResult = { sent: true, arrived: true, what: 'HTTP 200', ms: 1 }
const failed: LiveResult = { sent: true, arrived: false, what: 'refused', ms: 1 }

function predicted(verdict: Verdict): Trace {
  const hop = { kind: 'service', says: '', details: [], outcome: 'passes' } as const
  return { from: 'a', to: 'b', hops: [hop, { ...hop, outcome: verdict.kind === 'no' ? 'stops' : 'passes' }], verdict }
}

const yes = predicted({ kind: 'yes', assuming: [] })
const no = predicted({ kind: 'no', why: 'because', hop: 1 })

test('packets agree when they arrive as predicted, or fail as predicted', () => {
  assert.equal(judgeLive(yes, [seen, seen], arrived).agrees, true)
  assert.equal(judgeLive(no, [seen, seen], failed).agrees, true)
})

test('packets that do otherwise disagree, and the first hop that was not seen is named', () => {
  assert.deepEqual(judgeLive(yes, [seen, lost], failed), {
    hops: [seen, lost],
    result: failed,
    agrees: false,
    brokenHop: 1,
  })
  assert.equal(judgeLive(no, [seen, lost], arrived).agrees, false)
})

test('arriving by another way than predicted is no agreement', () => {
  assert.equal(judgeLive(yes, [lost, seen], arrived).agrees, false)
})

test('without a prediction there is nothing to agree with', () => {
  assert.equal('agrees' in judgeLive(predicted({ kind: 'unknown', why: '' }), [seen, seen], arrived), false)
})
