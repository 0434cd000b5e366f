import assert from 'node:assert/strict'
import { test } from 'node:test'
import { address } from '../../net/address.ts'
import type { EndpointModel } from '../model.ts'
import { type EndpointChoice, usableEndpoints } from './usable-endpoints.ts'

const endpoint = (last: number, state: Partial<EndpointModel> = {}): EndpointModel => ({
  address: address(`10.244.0.${last}`),
  port: 80,
  node: 'a',
  ready: true,
  serving: true,
  terminating: false,
  ...state,
})
const leaving = { ready: false, serving: true, terminating: true }
const broken = { ready: false, serving: false, terminating: false }
const chosen = (endpoints: readonly EndpointModel[], choice: EndpointChoice = {}) =>
  usableEndpoints({ endpoints }, choice).map(({ address }) => Number(address.split('.')[3]))

const table: readonly (readonly [string, readonly EndpointModel[], EndpointChoice, readonly number[]])[] = [
  ['ready ones get traffic, others do not', [endpoint(1), endpoint(2, broken), endpoint(3, leaving)], {}, [1]],
  ['when all are terminating, those that still serve get it', [endpoint(1, leaving), endpoint(2, broken)], {}, [1]],
  ['not ready and not terminating is never used', [endpoint(1, { ...broken, serving: true })], {}, []],
  ['terminating and no longer serving is never used', [endpoint(1, { ...broken, terminating: true })], {}, []],
  ['Local takes the node itself', [endpoint(1), endpoint(2, { node: 'b' })], { policy: 'Local', node: 'b' }, [2]],
  [
    'Local falls back to terminating ones of the node, never to other nodes',
    [endpoint(1), endpoint(2, { ...leaving, node: 'b' })],
    { policy: 'Local', node: 'b' },
    [2],
  ],
  ['Local without a node is nobody', [endpoint(1)], { policy: 'Local' }, []],
  ['the other family is out of reach', [endpoint(1), endpoint(2, { address: address('fd00::2') })], { family: 4 }, [1]],
]
for (const [name, endpoints, choice, expected] of table) {
  test(name, () => assert.deepEqual(chosen(endpoints, choice), expected))
}
