import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findTarget, type KubeconfigSources } from './kubeconfig.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

const home = `
apiVersion: v1
kind: Config
current-context: anton
clusters:
- name: anton
  cluster: {server: 'https://192.168.1.98:6443/', certificate-authority-data: ${base64('CA')}}
- name: other
  cluster: {server: 'https://other:6443', insecure-skip-tls-verify: true, certificate-authority: ca.pem}
users:
- name: admin
  user: {client-certificate-data: ${base64('CERT')}, client-key: keys/admin.key}
- name: robot
  user: {token: secret}
- name: cloud
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./login, args: [--now], env: [{name: A, value: b}]}}
contexts:
- {name: anton, context: {cluster: anton, user: admin, namespace: network}}
- {name: robot, context: {cluster: anton, user: robot}}
- {name: cloud, context: {cluster: other, user: cloud}}
- {name: broken, context: {cluster: nowhere, user: robot}}
`

const files: Record<string, string> = {
  '/home/u/.kube/config': home,
  '/home/u/.kube/keys/admin.key': 'KEY',
  '/home/u/.kube/ca.pem': 'CA2',
  '/etc/extra': 'current-context: robot\nclusters: [{name: anton, cluster: {server: "https://shadowed"}}]\n',
}

const find = (more: Partial<KubeconfigSources> = {}) =>
  findTarget({ env: {}, homeDirectory: '/home/u', readText: path => files[path], ...more })

test('the current context of ~/.kube/config is taken, with data and with files relative to it', () => {
  assert.deepEqual(find(), {
    kind: 'target',
    target: {
      context: 'anton',
      cluster: { server: 'https://192.168.1.98:6443', skipsVerification: false, certificateAuthority: 'CA' },
      credentials: { kind: 'certificate', certificate: 'CERT', key: 'KEY' },
      namespace: 'network',
    },
  })
})

test('of several files in KUBECONFIG the first that says something wins', () => {
  const result = find({ env: { KUBECONFIG: '/etc/extra:/missing:/home/u/.kube/config' } })
  assert.ok(result.kind === 'target')
  assert.equal(result.target.context, 'robot')
  assert.equal(result.target.cluster.server, 'https://shadowed')
  assert.deepEqual(result.target.credentials, { kind: 'token', token: 'secret' })
})

test('an exec plugin keeps its arguments and environment, its path counts from the file', () => {
  const result = find({ context: 'cloud' })
  assert.ok(result.kind === 'target')
  assert.deepEqual(result.target.credentials, {
    kind: 'exec',
    plugin: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: '/home/u/.kube/./login',
      args: ['--now'],
      env: { A: 'b' },
      provideClusterInfo: false,
    },
  })
})

test('inside a cluster, without a kubeconfig, the service account is used', () => {
  const directory = '/var/run/secrets/kubernetes.io/serviceaccount'
  const inside: Record<string, string> = {
    [`${directory}/token`]: 'T',
    [`${directory}/ca.crt`]: 'CA',
    [`${directory}/namespace`]: 'ops\n',
  }
  const result = find({
    env: { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' },
    readText: path => inside[path],
  })
  assert.ok(result.kind === 'target')
  assert.equal(result.target.cluster.server, 'https://[fd00::1]:6443')
  assert.equal(result.target.namespace, 'ops')
})

test('what is wrong is named with its file', () => {
  const refusals: [Partial<KubeconfigSources>, RegExp][] = [
    [{ path: '/nowhere' }, /kubeconfig \/nowhere does not exist/],
    [{ context: 'absent' }, /no context "absent"; it has: anton, broken, cloud, robot/],
    [{ context: 'broken' }, /names cluster "nowhere"/],
    [{ path: '/bad', readText: () => 'a: [1' }, /^\/bad:1:\d+: /],
    [{ readText: () => undefined }, /no kubeconfig found at \/home\/u\/\.kube\/config/],
    [
      { readText: path => (path.endsWith('admin.key') ? undefined : files[path]) },
      /client-key .*admin\.key cannot be read/,
    ],
  ]
  for (const [sources, pattern] of refusals) {
    const result = find(sources)
    assert.ok(result.kind === 'refused')
    assert.match(result.why, pattern)
  }
})
