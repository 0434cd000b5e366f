import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { LogBuffer } from './log-buffer.ts'

const once = { follow: false, timestamps: false, signal: new AbortController().signal }

function bufferAt(times: number[] = []) {
  let now = 0
  const buffer = new LogBuffer(() => times[now++] ?? 0, { lines: 3, bytes: 1000 })
  return buffer
}

test('lines come back as they were printed, chunk borders aside', async () => {
  const buffer = bufferAt()
  buffer.append('stdout', 'on')
  buffer.append('stderr', 'other\n')
  buffer.append('stdout', 'e\ntwo')
  assert.equal(await text(buffer.read(once)), 'other\none\n')
  buffer.end()
  assert.equal(await text(buffer.read(once)), 'other\none\ntwo\n')
})

test('the oldest lines go when there are too many', async () => {
  const buffer = bufferAt()
  for (let i = 0; i < 5000; i++) buffer.append('stdout', `${i}\n`)
  assert.equal(await text(buffer.read(once)), '4997\n4998\n4999\n')
})

test('the bound in bytes holds too, and a line without end is split', async () => {
  const buffer = new LogBuffer(() => 0, { lines: 100, bytes: 40_000 })
  for (let i = 0; i < 10; i++) buffer.append('stdout', 'x'.repeat(10_000))
  buffer.end()
  const kept = await text(buffer.read(once))
  assert.ok(kept.length <= 40_000 && kept.length > 20_000, String(kept.length))
})

test('tail, since, timestamps and the byte limit select', async () => {
  const buffer = bufferAt([1000, 2000, 3000])
  buffer.append('stdout', 'a\nb\nc\n')
  assert.equal(await text(buffer.read({ ...once, tailLines: 1 })), 'c\n')
  assert.equal(await text(buffer.read({ ...once, tailLines: 0 })), '')
  assert.equal(await text(buffer.read({ ...once, sinceMs: 2000 })), 'b\nc\n')
  assert.equal(await text(buffer.read({ ...once, limitBytes: 3 })), 'a\nb')
  assert.equal(
    await text(buffer.read({ ...once, tailLines: 1, timestamps: true })),
    '1970-01-01T00:00:03.000000000Z c\n',
  )
})

test('a follower sees what is printed later and ends with the container', async () => {
  const buffer = bufferAt()
  buffer.append('stdout', 'before\n')
  const follower = text(buffer.read({ ...once, follow: true }))
  await new Promise(resolve => setImmediate(resolve))
  buffer.append('stdout', 'after\n')
  await new Promise(resolve => setImmediate(resolve))
  buffer.end()
  assert.equal(await follower, 'before\nafter\n')
})

test('an aborted follower lets go', async () => {
  const buffer = bufferAt()
  const abort = new AbortController()
  const stream = buffer.read({ ...once, follow: true, signal: abort.signal })
  const closed = new Promise(resolve => stream.once('close', resolve))
  stream.resume()
  abort.abort()
  await closed
  buffer.append('stdout', 'nobody listens\n')
})

test('output that is not UTF-8 comes back byte for byte', async () => {
  const buffer = bufferAt()
  buffer.append('stdout', Uint8Array.of(0xff, 0xfe, 0x0a))
  const chunks: Buffer[] = []
  for await (const chunk of buffer.read(once)) chunks.push(chunk)
  assert.deepEqual([...Buffer.concat(chunks)], [0xff, 0xfe, 0x0a])
})
