// Watches over HTTP: resumption, 410, bookmarks, selectors, and the streaming list.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, before, test } from 'node:test'
import { configMaps } from '../../src/objects/kinds/config-map.ts'
import { startCluster, type TestCluster } from './cluster.testing.ts'

let cluster: TestCluster
let url = ''
const server = createServer()
before(async () => {
  cluster = await startCluster({ historySize: 8 })
  // Plain HTTP with an administrator assumed: what a dashboard in the same process would do.
  server.on('request', cluster.api.requestHandler({ assume: { name: 'test', groups: ['system:masters'] } }))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(async () => {
  server.closeAllConnections()
  server.close()
  await cluster[Symbol.asyncDispose]()
})

interface Event {
  readonly type: string
  readonly object: {
    readonly metadata: { readonly name?: string; readonly resourceVersion: string; readonly annotations?: object }
    readonly code?: number
    readonly kind: string
    readonly rows?: readonly object[]
    readonly columnDefinitions?: readonly object[] | null
  }
}

async function* events(query: string, headers: Readonly<Record<string, string>> = {}): AsyncGenerator<Event> {
  const leave = new AbortController()
  const response = await fetch(`${url}/api/v1/namespaces/default/configmaps?watch=1&${query}`, {
    headers,
    signal: leave.signal,
  })
  assert.equal(response.status, 200)
  let rest = ''
  try {
    for await (const chunk of response.body ?? []) {
      const lines = (rest + Buffer.from(chunk).toString()).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) yield JSON.parse(line) as Event
    }
  } finally {
    leave.abort()
  }
}

async function take(count: number, source: AsyncGenerator<Event>): Promise<Event[]> {
  const taken: Event[] = []
  for await (const event of source) if (taken.push(event) === count) break
  return taken
}

const make = (name: string, labels: Record<string, string> = {}) =>
  cluster.client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', labels },
  })
const relabel = (name: string, labels: object) =>
  cluster.client.patch(configMaps, { namespace: 'default', name }, { type: 'merge', patch: { metadata: { labels } } })
const show = (taken: readonly Event[]) => taken.map(({ type, object }) => `${type} ${object.metadata.name}`)

test('a watch from a version tells exactly what came after it', async () => {
  const { resourceVersion } = await cluster.client.list(configMaps)
  await make('w1')
  await make('w2')
  await cluster.client.delete(configMaps, { namespace: 'default', name: 'w1' })
  const taken = await take(3, events(`resourceVersion=${resourceVersion}`))
  assert.deepEqual(show(taken), ['ADDED w1', 'ADDED w2', 'DELETED w1'])
  const versions = taken.map(({ object }) => Number(object.metadata.resourceVersion))
  assert.deepEqual(
    versions,
    versions.toSorted((a, b) => a - b),
  )
})

test('with a selector, an object that starts to match is ADDED and one that stops is DELETED', async () => {
  await make('turn')
  const { resourceVersion } = await cluster.client.list(configMaps)
  await relabel('turn', { color: 'red' })
  await relabel('turn', { color: 'red', more: 'x' })
  await relabel('turn', { color: 'blue' })
  await relabel('turn', { color: 'green' })
  await relabel('turn', { color: 'red' })
  const taken = await take(4, events(`resourceVersion=${resourceVersion}&labelSelector=color%3Dred`))
  assert.deepEqual(show(taken), ['ADDED turn', 'MODIFIED turn', 'DELETED turn', 'ADDED turn'])
})

test('a version that is too old is answered with 410 Expired', async () => {
  const { resourceVersion } = await cluster.client.list(configMaps)
  for (let i = 0; i < 20; i++) await relabel('turn', { i: String(i) })
  const [event] = await take(1, events(`resourceVersion=${resourceVersion}`))
  assert.deepEqual([event?.type, event?.object.code], ['ERROR', 410])
  const live = cluster.client.watch(configMaps, { resourceVersion, signal: AbortSignal.timeout(5000) })
  await assert.rejects(
    async () => {
      for await (const _event of live) break
    },
    { code: 410, reason: 'Expired' },
  )
})

test('a streaming list ends its first part with a bookmark that says so', async () => {
  await make('initial')
  const query = 'sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&labelSelector=!color'
  const taken: Event[] = []
  for await (const event of events(query)) {
    taken.push(event)
    if (event.type === 'BOOKMARK') break
  }
  assert.ok(taken.some(({ type, object }) => type === 'ADDED' && object.metadata.name === 'initial'))
  assert.deepEqual(taken.at(-1)?.object.metadata.annotations, { 'k8s.io/initial-events-end': 'true' })
})

test('a watch as a table names the columns once', async () => {
  const { resourceVersion } = await cluster.client.list(configMaps)
  await make('t1')
  await make('t2')
  const accept = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }
  const taken = await take(2, events(`resourceVersion=${resourceVersion}`, accept))
  assert.deepEqual(
    taken.map(({ object }) => [object.kind, object.rows?.length, (object.columnDefinitions ?? []).length > 0]),
    [
      ['Table', 1, true],
      ['Table', 1, false],
    ],
  )
})

test('a watch ends after the time it was given', async () => {
  const started = performance.now()
  const { resourceVersion } = await cluster.client.list(configMaps)
  for await (const _event of events(`resourceVersion=${resourceVersion}&timeoutSeconds=1`))
    assert.fail('nothing happens')
  assert.ok(performance.now() - started < 4000)
})

test('metadata alone is all that is sent to those who ask for no more', async () => {
  const accept = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' }
  const answer = await fetch(`${url}/api/v1/namespaces/default/configmaps`, { headers: accept })
  const list = (await answer.json()) as { kind: string; items: { kind: string; metadata: object }[] }
  assert.equal(list.kind, 'PartialObjectMetadataList')
  assert.deepEqual(Object.keys(list.items[0] ?? {}), ['kind', 'apiVersion', 'metadata'])
})

test('pages show one moment, whatever happens between them', async () => {
  for (const name of ['p1', 'p2', 'p3', 'p4']) await make(name, { page: 'yes' })
  const read = async (query: string) => {
    const answer = await fetch(`${url}/api/v1/namespaces/default/configmaps?labelSelector=page%3Dyes&limit=2${query}`)
    return (await answer.json()) as {
      metadata: { continue?: string; resourceVersion: string }
      items: { metadata: { name: string } }[]
    }
  }
  const first = await read('')
  await cluster.client.delete(configMaps, { namespace: 'default', name: 'p3' })
  await make('p0', { page: 'yes' })
  const second = await read(`&continue=${first.metadata.continue}`)
  assert.deepEqual(
    [...first.items, ...second.items].map(({ metadata }) => metadata.name),
    ['p1', 'p2', 'p3', 'p4'],
  )
  assert.equal(second.metadata.resourceVersion, first.metadata.resourceVersion)
})

test('a page goes on only where it began: in its resource and its namespace', async () => {
  for (const name of ['q1', 'q2']) await make(name, { queue: 'yes' })
  const list = async (path: string, query: string) => {
    const answer = await fetch(`${url}/api/v1/${path}?limit=1${query}`)
    const body = (await answer.json()) as { metadata: { continue?: string }; message?: string }
    return { code: answer.status, ...body }
  }
  const first = await list('namespaces/default/configmaps', '')
  const more = `&continue=${first.metadata.continue}`
  assert.equal((await list('namespaces/default/configmaps', more)).code, 200)
  for (const elsewhere of [
    'secrets',
    'namespaces/default/secrets',
    'namespaces/kube-system/configmaps',
    'configmaps',
  ]) {
    const refused = await list(elsewhere, more)
    assert.deepEqual([elsewhere, refused.code], [elsewhere, 400])
    assert.match(refused.message ?? '', /continue key is not valid/)
  }
})

test('a list larger than a client may owe is told whole, and a client that does not read is cut off later', {
  timeout: 20_000,
}, async () => {
  const heavy = (name: string, fill: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'kube-system' },
    data: { fill: fill.repeat(1024 * 1024) },
  })
  for (let i = 0; i < 36; i++) await cluster.client.create(configMaps, heavy(`heavy-${i}`, 'a'))
  const watched = cluster.api.store.collection('configmaps')
  const until = async (watchers: number) => {
    while (watched.watchers !== watchers) await new Promise(resolve => setTimeout(resolve, 5))
  }
  const path = '/api/v1/namespaces/kube-system/configmaps'
  const names = new Set<string | undefined>()
  const leave = new AbortController()
  const response = await fetch(`${url}${path}?watch=1`, { signal: leave.signal })
  let rest = ''
  for await (const chunk of response.body ?? []) {
    const lines = (rest + Buffer.from(chunk).toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) names.add((JSON.parse(line) as Event).object.metadata.name)
    if (names.size >= 36) break
  }
  leave.abort()
  assert.equal(names.size, 36)
  await until(0)

  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`GET ${path}?watch=1 HTTP/1.1\r\nHost: test\r\n\r\n`)
  await once(socket, 'readable')
  assert.equal(watched.watchers, 1)
  for (let i = 0; i < 36; i++) {
    await cluster.client.patch(
      configMaps,
      { namespace: 'kube-system', name: `heavy-${i}` },
      { type: 'merge', patch: heavy(`heavy-${i}`, 'b') },
    )
  }
  await until(0)
  socket.destroy()
})

test('a watch may be asked to last longer than a timer can', async () => {
  const { resourceVersion } = await cluster.client.list(configMaps)
  const source = events(`resourceVersion=${resourceVersion}&timeoutSeconds=3000000`)
  const first = take(1, source)
  await new Promise(resolve => setTimeout(resolve, 50))
  await make('late')
  assert.deepEqual(show(await first), ['ADDED late'])
})
