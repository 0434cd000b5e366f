import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shortAge } from './age.ts'

test('ages read as in kubectl', () => {
  const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]
  const cases: readonly (readonly [number, string])[] = [
    [-5 * second, '<invalid>'],
    [-1 * second, '0s'],
    [0, '0s'],
    [119 * second, '119s'],
    [2 * minute, '2m'],
    [3 * minute + 20 * second, '3m20s'],
    [10 * minute + 5 * second, '10m'],
    [179 * minute, '179m'],
    [3 * hour, '3h'],
    [7 * hour + 59 * minute, '7h59m'],
    [8 * hour + 59 * minute, '8h'],
    [47 * hour, '47h'],
    [2 * day + 3 * hour, '2d3h'],
    [7 * day + 23 * hour, '7d23h'],
    [68 * day + 5 * hour, '68d'],
    [729 * day, '729d'],
    [2 * 365 * day + 30 * day, '2y30d'],
    [9 * 365 * day + 30 * day, '9y'],
  ]
  for (const [milliseconds, text] of cases) assert.equal(shortAge(milliseconds), text)
})
