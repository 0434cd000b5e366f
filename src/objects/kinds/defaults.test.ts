import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../object.ts'
import { findKind, kinds } from '../registry.ts'

type Json = Record<string, unknown>

function defaulted(apiVersion: string, kind: string, rest: Json): Json {
  const definition = findKind(apiVersion, kind)
  assert.ok(definition)
  const object: KubeObject = { apiVersion, kind, metadata: { name: 'x' }, ...rest }
  const first = definition.defaults(object)
  assert.equal(definition.defaults(first), first, 'what is complete comes back itself')
  return first as unknown as Json
}

function spec(apiVersion: string, kind: string, given: Json): Json {
  return defaulted(apiVersion, kind, { spec: given }).spec as Json
}

const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'a', image: 'i:1' }] } }

test('an empty object of any kind can be defaulted', () => {
  for (const { group, version, kind } of kinds) defaulted(group === '' ? version : `${group}/${version}`, kind, {})
})

test('pods', () => {
  const pod = spec('v1', 'Pod', {
    containers: [
      {
        name: 'a',
        image: 'registry.example:5000/i',
        ports: [{ containerPort: 80 }],
        readinessProbe: { httpGet: { port: 80 } },
        resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } },
        env: [{ name: 'N', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      },
    ],
    volumes: [{ name: 'tmp' }, { name: 's', secret: { secretName: 's' } }],
  })
  assert.deepEqual(pod, {
    containers: [
      {
        name: 'a',
        image: 'registry.example:5000/i',
        imagePullPolicy: 'Always',
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        ports: [{ containerPort: 80, protocol: 'TCP' }],
        readinessProbe: {
          httpGet: { port: 80, path: '/', scheme: 'HTTP' },
          failureThreshold: 3,
          periodSeconds: 10,
          successThreshold: 1,
          timeoutSeconds: 1,
        },
        resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m', memory: '1Gi' } },
        env: [{ name: 'N', valueFrom: { fieldRef: { fieldPath: 'metadata.name', apiVersion: 'v1' } } }],
      },
    ],
    volumes: [
      { name: 'tmp', emptyDir: {} },
      { name: 's', secret: { secretName: 's', defaultMode: 420 } },
    ],
    dnsPolicy: 'ClusterFirst',
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    serviceAccount: 'default',
    serviceAccountName: 'default',
    terminationGracePeriodSeconds: 30,
    tolerations: ['not-ready', 'unreachable'].map(name => ({
      effect: 'NoExecute',
      key: `node.kubernetes.io/${name}`,
      operator: 'Exists',
      tolerationSeconds: 300,
    })),
  })
})

test('the pull policy follows the tag', () => {
  const policy = (image: string) => {
    const { containers } = spec('v1', 'Pod', { containers: [{ name: 'a', image }] }) as {
      containers: { imagePullPolicy: string }[]
    }
    return containers[0]?.imagePullPolicy
  }
  assert.equal(policy('nginx'), 'Always')
  assert.equal(policy('nginx:latest'), 'Always')
  assert.equal(policy('localhost:5000/nginx'), 'Always')
  assert.equal(policy('nginx:1.27'), 'IfNotPresent')
  assert.equal(policy('nginx@sha256:abc'), 'IfNotPresent')
})

test('a pod of the host network takes its ports from the host', () => {
  const pod = spec('v1', 'Pod', {
    hostNetwork: true,
    containers: [{ name: 'a', image: 'i', ports: [{ containerPort: 53 }] }],
  })
  assert.deepEqual((pod.containers as { ports: unknown[] }[])[0]?.ports, [
    { containerPort: 53, hostPort: 53, protocol: 'TCP' },
  ])
})

test('Services by type', () => {
  const ports = [{ port: 80 }]
  const filled = [{ port: 80, protocol: 'TCP', targetPort: 80 }]
  const common = { sessionAffinity: 'None', ports: filled, internalTrafficPolicy: 'Cluster' }
  assert.deepEqual(spec('v1', 'Service', { ports }), { ...common, type: 'ClusterIP' })
  assert.deepEqual(spec('v1', 'Service', { ports, type: 'LoadBalancer' }), {
    ...common,
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Cluster',
    allocateLoadBalancerNodePorts: true,
  })
  assert.deepEqual(spec('v1', 'Service', { type: 'ExternalName', externalName: 'a' }), {
    type: 'ExternalName',
    externalName: 'a',
    sessionAffinity: 'None',
  })
  assert.deepEqual(spec('v1', 'Service', { ports, sessionAffinity: 'ClientIP' }).sessionAffinityConfig, {
    clientIP: { timeoutSeconds: 10800 },
  })
})

test('workloads', () => {
  const deployment = spec('apps/v1', 'Deployment', {
    selector: {},
    template,
    strategy: { rollingUpdate: { maxSurge: 1 } },
  })
  assert.equal(deployment.replicas, 1)
  assert.equal(deployment.revisionHistoryLimit, 10)
  assert.equal(deployment.progressDeadlineSeconds, 600)
  assert.deepEqual(deployment.strategy, {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' },
  })
  assert.deepEqual(spec('apps/v1', 'Deployment', { template, strategy: { type: 'Recreate' } }).strategy, {
    type: 'Recreate',
  })
  const pod = (deployment.template as { spec: Json }).spec
  assert.equal(pod.restartPolicy, 'Always')
  assert.equal(pod.tolerations, undefined, 'admission works on pods, not on templates')
  assert.equal(spec('apps/v1', 'Deployment', { template, replicas: 0 }).replicas, 0)
  assert.deepEqual(spec('apps/v1', 'DaemonSet', { template }).updateStrategy, {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
  })
  const statefulSet = spec('apps/v1', 'StatefulSet', { template, volumeClaimTemplates: [{ spec: {} }] })
  assert.equal(statefulSet.podManagementPolicy, 'OrderedReady')
  assert.deepEqual(statefulSet.persistentVolumeClaimRetentionPolicy, { whenDeleted: 'Retain', whenScaled: 'Retain' })
})

test('Jobs find their pods by their own uid', () => {
  const job = defaulted('batch/v1', 'Job', { metadata: { name: 'x', uid: 'u1' }, spec: { template } }) as { spec: Json }
  assert.deepEqual(job.spec.selector, { matchLabels: { 'batch.kubernetes.io/controller-uid': 'u1' } })
  assert.equal(job.spec.completions, 1)
  assert.equal(job.spec.backoffLimit, 6)
  const labels = (job.spec.template as typeof template).metadata.labels as Json
  assert.equal(labels['batch.kubernetes.io/job-name'], 'x')
  assert.equal(spec('batch/v1', 'Job', { template, parallelism: 3 }).completions, undefined)
})

test('a policy isolates for egress when it speaks of it', () => {
  const types = (given: Json) =>
    spec('networking.k8s.io/v1', 'NetworkPolicy', { podSelector: {}, ...given }).policyTypes
  assert.deepEqual(types({}), ['Ingress'])
  assert.deepEqual(types({ egress: [] }), ['Ingress'])
  assert.deepEqual(types({ egress: [{}] }), ['Ingress', 'Egress'])
  assert.deepEqual(types({ policyTypes: ['Egress'] }), ['Egress'])
  assert.deepEqual(spec('networking.k8s.io/v1', 'NetworkPolicy', { ingress: [{ ports: [{ port: 80 }] }] }).ingress, [
    { ports: [{ port: 80, protocol: 'TCP' }] },
  ])
})

test('a Secret takes in its plain values', () => {
  const secret = defaulted('v1', 'Secret', { data: { a: 'b2xk' }, stringData: { a: 'grüße', b: '' } })
  assert.equal(secret.type, 'Opaque')
  assert.equal(secret.stringData, undefined)
  assert.deepEqual(secret.data, { a: Buffer.from('grüße').toString('base64'), b: '' })
})

test('routes and gateways have the defaults of their CRDs', () => {
  const route = spec('gateway.networking.k8s.io/v1', 'HTTPRoute', {
    parentRefs: [{ name: 'g' }],
    rules: [{ backendRefs: [{ name: 's', port: 80 }] }],
  })
  assert.deepEqual(route, {
    parentRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'g' }],
    rules: [
      {
        backendRefs: [{ group: '', kind: 'Service', name: 's', port: 80, weight: 1 }],
        matches: [{ path: { type: 'PathPrefix', value: '/' } }],
      },
    ],
  })
})
