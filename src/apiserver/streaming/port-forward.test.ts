import assert from 'node:assert/strict'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { join } from './port-forward.ts'

test('a connection into the pod ends with a client that left while it was made', async () => {
  const [client, connection] = [new PassThrough(), new PassThrough()]
  client.destroy()
  await once(client, 'close')
  await join(client, connection)
  assert.equal(connection.destroyed, true)
})

test('a connection into the pod ends with its client', async () => {
  const [client, connection] = [new PassThrough(), new PassThrough()]
  const joined = join(client, connection)
  client.destroy()
  await joined
  assert.equal(connection.destroyed, true)
})
