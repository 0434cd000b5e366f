// Writes ConfigMaps as fast as it can and prints the name of each once its write is acknowledged, until it is killed.
import { writeSync } from 'node:fs'
import { ApiServer } from '../../src/apiserver/api-server.ts'
import { embeddedClient } from '../../src/client/embedded.ts'
import { configMaps } from '../../src/objects/kinds/config-map.ts'
import { namespaces } from '../../src/objects/kinds/namespace.ts'

const api = ApiServer.open({
  database: process.argv[2] ?? ':memory:',
  now: Date.now,
  randomUUID: () => crypto.randomUUID(),
  serviceCidrs: ['10.96.0.0/12'],
})
const client = embeddedClient(api)
await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
for (let i = 0; i < 100_000; i++) {
  await client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `cm-${i}`, namespace: 'default' },
  })
  writeSync(1, `cm-${i}\n`)
}
