// Does `cilium` in the agents' pods tell what the node's kernel really has?
// Run with: scripts/in-sandbox node --test test/trace/
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startLab, type TestLab } from '../e2e/lab.testing.ts'

const name = 'agents'
let lab: TestLab
/** Node → its agent's pod. */
const agents = new Map<string, string>()

before(async () => {
  lab = await startLab(name)
  const listed = await lab.ok('get', 'pods', '-n', 'kube-system', '-l', 'k8s-app=cilium', '-o', 'json')
  const { items } = JSON.parse(listed) as { items: { metadata: { name: string }; spec: { nodeName: string } }[] }
  for (const { metadata, spec } of items) agents.set(spec.nodeName, metadata.name)
})
after(async () => {
  await lab?.[Symbol.asyncDispose]()
})

function cilium(node: string, ...words: readonly string[]) {
  return lab.kubectl('exec', '-n', 'kube-system', agents.get(node) ?? '', '--', 'cilium', ...words)
}

interface SliceObject {
  readonly metadata: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> }
  readonly ports: readonly { readonly port: number; readonly protocol: string; readonly name?: string }[]
  readonly endpoints: readonly { readonly addresses: readonly string[] }[]
}

async function clusterAddress(service: string): Promise<string> {
  return await lab.ok('get', 'service', service, '-o', 'jsonpath={.spec.clusterIP}')
}

async function endpointsOf(service: string): Promise<readonly string[]> {
  const { items } = JSON.parse(
    await lab.ok('get', 'endpointslices', '-l', `kubernetes.io/service-name=${service}`, '-o', 'json'),
  ) as { items: SliceObject[] }
  return items.flatMap(({ endpoints, ports }) =>
    endpoints.flatMap(({ addresses }) => ports.map(({ port, protocol }) => `${addresses[0]}:${port}/${protocol}`)),
  )
}

test('service list has the frontends of every node, with the endpoints behind them', async () => {
  const frontend = `${await clusterAddress('echo')}:80/TCP`
  const wanted = await endpointsOf('echo')
  assert.equal(wanted.length, 2)
  for (const node of agents.keys()) {
    const { stdout } = await cilium(node, 'service', 'list')
    const lines = stdout.split('\n')
    assert.match(lines[0] ?? '', /^ID {3}Frontend +Service Type {3}Backend/)
    const at = lines.findIndex(line => line.includes(` ${frontend} `))
    assert.match(lines[at] ?? '', /^\d+ +\S+ +ClusterIP +1 => \S+ \(active\) *$/)
    assert.match(lines[at + 1] ?? '', /^ +2 => \S+ \(active\) *$/)
    const listed = [lines[at], lines[at + 1]].map(line => /=> (\S+)/.exec(line ?? '')?.[1])
    assert.deepEqual(listed.sort(), [...wanted].sort())
  }
})

test('a node lists its own node ports, and every node the load-balancer addresses', async () => {
  const { stdout } = await cilium('k8s-2', 'service', 'list')
  assert.match(stdout, / 192\.168\.1\.99:30359\/UDP +NodePort /)
  assert.doesNotMatch(stdout, / 192\.168\.1\.98:30359/)
  assert.match(stdout, / 192\.168\.1\.102:443\/TCP +LoadBalancer /)
})

test('lb list shows what the kernel has, even when that is wrong', async () => {
  const address = await clusterAddress('echo')
  const held = (await cilium('k8s-1', 'bpf', 'lb', 'list')).stdout
  assert.match(held, /^SERVICE ADDRESS +BACKEND ADDRESS \(REVNAT_ID\) \(SLOT\)/)
  const escaped = address.replaceAll('.', '\\.')
  assert.match(
    held,
    new RegExp(`^${escaped}:80/TCP \\(0\\) +0\\.0\\.0\\.0:0 \\((\\d+)\\) \\(0\\) \\[ClusterIP, non-routable\\]`, 'm'),
  )
  assert.match(held, new RegExp(`^${escaped}:80/TCP \\(2\\) +10\\.244\\.\\d+\\.\\d+:8080/TCP \\(\\d+\\) \\(2\\)`, 'm'))
  const key = `{ ${address} . tcp . 80 . 1 }`
  const removed = await lab.on('k8s-1', 'nft', 'delete', 'element', 'inet', 'fairway-services', 'backends4', key)
  assert.equal(removed.code, 0, removed.stderr)
  const broken = JSON.parse((await cilium('k8s-1', 'bpf', 'lb', 'list', '-o', 'json')).stdout) as Record<
    string,
    string[]
  >
  assert.ok(`${address}:80/TCP (1)` in broken)
  assert.equal(`${address}:80/TCP (2)` in broken, false)
  // Elsewhere nothing was touched.
  assert.ok((await cilium('k8s-2', 'bpf', 'lb', 'list')).stdout.includes(`${address}:80/TCP (2)`))
})

test('status is of the node that is asked, and measured there', async () => {
  const { code, stdout, stderr } = await cilium('k8s-3', 'status', '--verbose')
  assert.equal(code, 0, stderr + stdout)
  for (const line of [
    /^Kubernetes: +Ok +1\.\d+ \(v1\.\S+\) \[linux\/\w+\]$/m,
    /^KubeProxyReplacement: +True +\[eth0 {3}192\.168\.1\.100 \(Direct Routing\)\]$/m,
    /^IPAM: +IPv4: \d+\/245 allocated from 10\.244\.2\.0\/24$/m,
    /^Routing: +Network: Native {3}Host: Legacy$/m,
    /^Masquerading: +nftables \[IPv4: Enabled, IPv6: Disabled\]$/m,
    /^Controller Status: +4\/4 healthy$/m,
    /^ {2}sync-services +0s ago +never +0 +no error/m,
    /^ {2}- NodePort: +Enabled \(Range: 30000-32767\)/m,
    /^Cluster health: +3\/3 reachable +\(\d{4}-/m,
    /^ {2}k8s-3 \(localhost\) +192\.168\.1\.100 +1\/1 +1\/1$/m,
  ]) {
    assert.match(stdout, line)
  }
  const pods = await lab.ok('get', 'pods', '-A', '--field-selector', 'spec.nodeName=k8s-3', '-o', 'json')
  const { items } = JSON.parse(pods) as {
    items: {
      metadata: { namespace: string; name: string }
      spec: { hostNetwork?: boolean }
      status: { podIP: string }
    }[]
  }
  for (const { metadata, spec, status } of items) {
    if (spec.hostNetwork === true) continue
    assert.ok(stdout.includes(`  ${status.podIP} (${metadata.namespace}/${metadata.name})`), metadata.name)
  }
})

test('what the kernel lacks makes the status fail', async () => {
  const element = '{ 192.168.1.101 . tcp . 80 }'
  const removed = await lab.on('k8s-2', 'nft', 'delete', 'element', 'inet', 'fairway-services', 'frontends4', element)
  assert.equal(removed.code, 0, removed.stderr)
  const { code, stdout } = await cilium('k8s-2', 'status')
  assert.equal(code, 1)
  assert.match(stdout, /^Cilium: +Failure /m)
  assert.match(stdout, /^Controller Status: +3\/4 healthy$/m)
  assert.match(stdout, /^ {2}sync-services .*the kernel lacks 192\.168\.1\.101 TCP 80/m)
  const brief = await cilium('k8s-2', 'status', '--brief')
  assert.equal(brief.stdout, 'error in controller sync-services: the kernel lacks 192.168.1.101 TCP 80\n')
  const document = JSON.parse((await cilium('k8s-2', 'status', '-o', 'json')).stdout) as { cilium: { state: string } }
  assert.equal(document.cilium.state, 'Failure')
})

test('the modern name says the same, and what has no true answer says so and fails', async () => {
  const pod = agents.get('k8s-1') ?? ''
  const modern = await lab.kubectl(
    'exec',
    '-n',
    'kube-system',
    pod,
    '--',
    'cilium-dbg',
    'service',
    'list',
    '-o',
    'json',
  )
  const entries = JSON.parse(modern.stdout) as { spec: { id: number; 'frontend-address': { ip: string } } }[]
  assert.ok(entries.length > 20)
  for (const words of [
    ['policy', 'get'],
    ['endpoint', 'list'],
    ['monitor'],
    ['connectivity', 'test'],
    ['bgp', 'peers'],
  ]) {
    const { code, stdout, stderr } = await cilium('k8s-1', ...words)
    assert.equal(code, 3, words.join(' '))
    assert.equal(stdout, '')
    assert.match(stderr, /no answer: this node's agent is Fairway's own/)
    assert.match(stderr, /Look here instead: /)
  }
  const misused = await cilium('k8s-1', 'status', '--verbos')
  assert.deepEqual([misused.code, misused.stderr.split('\n')[0]], [2, 'Error: unknown flag: --verbos'])
})
