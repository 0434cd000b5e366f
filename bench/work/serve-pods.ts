// Runs the embedded API server alone, over TLS and with a database file, holding many running pods; prints `ready` and serves until
// its input ends. Usage: serve-pods.ts DIRECTORY COUNT
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApiServer } from '../../src/apiserver/api-server.ts'
import { embeddedClient } from '../../src/client/embedded.ts'
import { address } from '../../src/net/address.ts'
import { namespaces } from '../../src/objects/kinds/namespace.ts'
import { type Pod, pods } from '../../src/objects/kinds/pod.ts'
import { createAuthority, issueCertificate } from '../../src/pki/authority.ts'
import { renderKubeconfig } from '../../src/pki/kubeconfig.ts'

const [directory = '', countText = ''] = process.argv.slice(2)
const count = Number(countText)
const now = Date.now()
const authority = createAuthority({ commonName: 'bench CA', days: 1, now })
const leaf = { addresses: [address('127.0.0.1')], dnsNames: [], days: 1, now }
const certificate = issueCertificate(authority, { ...leaf, commonName: 'kube-apiserver', usages: ['server'] })
const admin = issueCertificate(authority, {
  ...leaf,
  commonName: 'admin',
  organizations: ['system:masters'],
  usages: ['client'],
})
const api = ApiServer.open({
  database: join(directory, 'state.db'),
  now: Date.now,
  randomUUID,
  serviceCidrs: ['10.96.0.0/12'],
})
const client = embeddedClient(api)
const teams = 20
for (let team = 0; team < teams; team++)
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: `team-${team}` } })
for (let index = 0; index < count; index++) await runningPod(index)

/** Written in the steps of a real pod's life, so that it has the owners of fields that a real one has. */
async function runningPod(index: number): Promise<void> {
  const namespace = `team-${index % teams}`
  const name = `web-${index}`
  const spec: Pod['spec'] = {
    nodeName: `node-${index % 100}`,
    containers: [
      {
        name: 'web',
        image: 'ghcr.io/example/web:1.0',
        ports: [{ name: 'http', containerPort: 8080 }],
        readinessProbe: { httpGet: { path: '/', port: 'http' } },
      },
    ],
  }
  const metadata = { name, namespace, labels: { app: 'web', team: namespace } }
  await client.create<Pod>(pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec })
  const at = new Date(now).toISOString().replace(/\.\d+Z$/, 'Z')
  const podIP = `10.244.${index >> 8}.${index & 255}`
  const status: Pod['status'] = {
    phase: 'Running',
    podIP,
    podIPs: [{ ip: podIP }],
    hostIP: '192.168.1.98',
    startTime: at,
    qosClass: 'BestEffort',
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(type => ({
      type,
      status: 'True' as const,
      lastTransitionTime: at,
    })),
    containerStatuses: [
      {
        name: 'web',
        image: 'ghcr.io/example/web:1.0',
        imageID: 'fairway.dev/stand-in',
        containerID: `fairway://${randomUUID()}`,
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: at } },
      },
    ],
  }
  await client.patch(pods, { namespace, name }, { type: 'strategic', patch: { status } }, { subresource: 'status' })
}

const listening = await api.listen({
  on: { host: '127.0.0.1', port: 0 },
  certificate,
  clientAuthorityPem: authority.certificatePem,
})
writeFileSync(
  join(directory, 'kubeconfig'),
  renderKubeconfig({
    name: 'bench',
    server: `https://127.0.0.1:${listening.port}`,
    authorityPem: authority.certificatePem,
    client: admin,
  }),
  { mode: 0o600 },
)
console.log('ready')
for await (const _ of process.stdin);
await listening[Symbol.asyncDispose]()
await api.close()
