import assert from 'node:assert/strict'
import { buffer, text } from 'node:stream/consumers'
import { test } from 'node:test'
import { settle, startClient } from './client.testing.ts'
import { controlFrame, type Frame, frameType, numbersFrame } from './frames.ts'

function ofType(frames: readonly Frame[], type: number): readonly Buffer[] {
  return frames.flatMap(frame => (frame.kind === 'control' && frame.type === type ? [frame.payload] : []))
}

test('streams carry their headers and bytes, and end in each direction on their own', async () => {
  const client = startClient()
  await client.open(1, { streamtype: 'error', requestid: '0' })
  await client.open(3, { streamtype: 'data', requestid: '0', port: '80' })
  const [error, data] = client.streams
  assert.ok(error !== undefined && data !== undefined)
  assert.deepEqual(
    [...data.headers],
    [
      ['streamtype', 'data'],
      ['requestid', '0'],
      ['port', '80'],
    ],
  )
  assert.equal(ofType(client.received.control, frameType.synReply).length, 2)
  client.send(3, 'question', true)
  assert.equal(await text(data), 'question')
  data.end('answer')
  await settle()
  assert.equal(Buffer.concat(client.received.data.get(3) ?? []).toString(), 'answer')
  assert.ok(client.received.finished.has(3))
  assert.ok(!client.received.finished.has(1))
})

test('a long data frame is handed on before it is complete', async () => {
  const client = startClient()
  await client.open(1, {})
  const header = Buffer.from([0, 0, 0, 1, 1, 0, 0, 6])
  client.transport.write(Buffer.concat([header, Buffer.from('abc')]))
  await settle()
  const [stream] = client.streams
  assert.equal(String(stream?.read()), 'abc')
  client.transport.write('def')
  await settle()
  assert.equal(String(stream?.read()), 'def')
})

test('a stream that nobody reads holds the client back after one megabyte', async () => {
  const client = startClient()
  await client.open(1, {})
  const block = Buffer.alloc(16_384)
  let sent = 0
  while (sent < 8_000_000 && client.transport.writableLength < 1_000_000) {
    client.send(1, block)
    sent += block.length
    if (sent % (block.length * 16) === 0) await settle()
  }
  assert.ok(sent < 3_000_000, `${sent} bytes were taken`)
  client.send(1, '', true)
  const [stream] = client.streams
  assert.ok(stream !== undefined)
  assert.equal((await buffer(stream)).length, sent)
})

test('pings of the client come back, and its reset ends the stream', async () => {
  const client = startClient()
  await client.open(1, {})
  client.transport.write(numbersFrame(frameType.ping, 7))
  client.transport.write(numbersFrame(frameType.ping, 8))
  client.transport.write(numbersFrame(frameType.rstStream, 1, 5))
  await settle()
  assert.deepEqual(ofType(client.received.control, frameType.ping), [Buffer.from([0, 0, 0, 7])])
  assert.equal(client.streams[0]?.destroyed, true)
  assert.equal(ofType(client.received.control, frameType.rstStream).length, 0)
})

test('a stream given up here is reset, one that ended on both sides is not', async () => {
  const client = startClient()
  await client.open(1, {})
  await client.open(3, {})
  client.streams[0]?.destroy()
  client.send(3, '', true)
  client.streams[1]?.end()
  client.streams[1]?.resume()
  await settle()
  assert.deepEqual(ofType(client.received.control, frameType.rstStream), [Buffer.from([0, 0, 0, 1, 0, 0, 0, 5])])
})

test('a client that keeps windows is told of room, and is never sent more than it has', async () => {
  const client = startClient()
  await client.open(1, {})
  const [stream] = client.streams
  stream?.resume()
  client.send(1, Buffer.alloc(40_000))
  await settle()
  const updates = ofType(client.received.control, frameType.windowUpdate).map(payload => [
    payload.readUInt32BE(0),
    payload.readUInt32BE(4),
  ])
  assert.deepEqual(updates.sort(), [
    [0, 40_000],
    [1, 40_000],
  ])
  client.transport.write(numbersFrame(frameType.windowUpdate, 0, 1))
  await settle()
  stream?.write(Buffer.alloc(100_000))
  await settle()
  const got = () => Buffer.concat(client.received.data.get(1) ?? []).length
  assert.equal(got(), 65_536)
  client.transport.write(numbersFrame(frameType.windowUpdate, 1, 40_000))
  client.transport.write(numbersFrame(frameType.windowUpdate, 0, 20_000))
  await settle()
  assert.equal(got(), 65_536 + 20_001)
})

test('what is no SPDY ends the connection and every stream, and nothing throws', async () => {
  const attacks = [
    Buffer.from('GET / HTTP/1.1\r\n\r\n\r\n'),
    Buffer.from([0x80, 0x02, 0, 1, 0, 0, 0, 0]),
    controlFrame(frameType.synStream, Buffer.from('not compressed at all')),
    controlFrame(frameType.ping, Buffer.alloc(0)),
    Buffer.from([0x80, 0x03, 0, 1, 0, 0xff, 0xff, 0xff]),
  ]
  for (const attack of attacks) {
    const client = startClient()
    await client.open(1, {})
    client.transport.on('error', () => {})
    // The first attack reads as a data frame of a stream nobody opened, so it goes on until the client leaves.
    client.transport.end(attack)
    await client.connection.closed
    assert.equal(client.streams[0]?.destroyed, true)
  }
})

test('stream numbers go up and are odd', async () => {
  const client = startClient()
  await client.open(3, {})
  await client.open(1, {})
  await client.open(4, {})
  assert.equal(client.streams.length, 1)
  assert.equal(ofType(client.received.control, frameType.rstStream).length, 2)
})
