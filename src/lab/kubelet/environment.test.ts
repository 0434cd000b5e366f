import assert from 'node:assert/strict'
import { test } from 'node:test'
import { address } from '../../net/address.ts'
import type { PodFacts } from './downward.ts'
import { environmentOf, expandReferences, missingReference, type PodSources } from './environment.ts'

const facts: PodFacts = {
  pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-0', namespace: 'shop', labels: { app: 'web' } } },
  nodeName: 'k8s-1',
  addresses: [address('10.244.0.10')],
  hostAddresses: [address('192.168.1.98')],
  allocatable: { memory: '8Gi' },
}
const meta = (name: string, namespace = 'shop') => ({ name, namespace })
const sources: PodSources = {
  configMaps: new Map([
    ['shop/app', { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('app'), data: { mode: 'fast' } }],
  ]),
  secrets: new Map([
    ['shop/key', { apiVersion: 'v1', kind: 'Secret', metadata: meta('key'), data: { token: 'czNjcmV0' } }],
  ]),
  services: new Map([
    ['default/kubernetes', service('kubernetes', 'default', '10.96.0.1', [{ name: 'https', port: 443 }])],
    ['shop/my-db', service('my-db', 'shop', '10.96.0.7', [{ port: 5432 }])],
    ['shop/headless', service('headless', 'shop', 'None', [{ port: 80 }])],
    ['other/db', service('db', 'other', '10.96.0.8', [{ port: 1 }])],
  ]),
}

function service(name: string, namespace: string, clusterIP: string, ports: { name?: string; port: number }[]) {
  return { apiVersion: 'v1', kind: 'Service', metadata: meta(name, namespace), spec: { clusterIP, ports } }
}

function envOf(env: object[], more = {}) {
  return environmentOf({ name: 'c', env, ...more } as never, facts, sources)
}

test('values come from fields, ConfigMaps, Secrets and earlier variables', () => {
  const result = envOf(
    [
      { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      { name: 'APP', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'app', key: 'mode' } } },
      { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'key', key: 'token' } } },
      { name: 'MEMORY', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } },
      { name: 'URL', value: 'http://$(IP)/$(NAME)?$(NOPE)&$$(IP)' },
    ],
    { envFrom: [{ prefix: 'CFG_', configMapRef: { name: 'app' } }] },
  )
  assert.equal(result.kind, 'ready')
  if (result.kind !== 'ready') return
  const { NAME, APP, IP, MODE, TOKEN, URL, CFG_mode, MEMORY } = result.env
  assert.deepEqual(
    [NAME, APP, IP, MODE, TOKEN, CFG_mode, MEMORY],
    ['web-0', 'web', '10.244.0.10', 'fast', 's3cret', 'fast', '8192'],
  )
  assert.equal(URL, 'http://10.244.0.10/web-0?$(NOPE)&$(IP)')
})

test('the Services of the namespace are named, headless and foreign ones are not', () => {
  const result = envOf([])
  assert.equal(result.kind, 'ready')
  if (result.kind !== 'ready') return
  assert.equal(result.env.KUBERNETES_SERVICE_HOST, '10.96.0.1')
  assert.equal(result.env.KUBERNETES_SERVICE_PORT_HTTPS, '443')
  assert.equal(result.env.MY_DB_PORT_5432_TCP, 'tcp://10.96.0.7:5432')
  assert.deepEqual(
    Object.keys(result.env).filter(name => /HEADLESS|^DB/.test(name)),
    [],
  )
})

test('what is not there is named, unless it is optional', () => {
  const need = (ref: object) =>
    missingReference({ name: 'c', env: [{ name: 'X', valueFrom: ref }] } as never, facts, sources)
  assert.equal(need({ configMapKeyRef: { name: 'nope', key: 'a' } }), 'configmap "nope" not found')
  assert.equal(need({ secretKeyRef: { name: 'key', key: 'a' } }), "couldn't find key a in Secret shop/key")
  assert.equal(need({ secretKeyRef: { name: 'nope', key: 'a', optional: true } }), undefined)
})

test('references that cannot be resolved stay as they are', () => {
  assert.equal(expandReferences('$(A)$(B)$$(A)$A$', { A: '1' }), '1$(B)$(A)$A$')
})
