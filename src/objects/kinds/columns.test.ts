import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../object.ts'
import { findKind } from '../registry.ts'

const now = Date.parse('2026-03-10T12:00:00Z')

/** The cells of a row; wide ones after a bar. */
function row(object: KubeObject): string {
  const kind = findKind(object.apiVersion, object.kind)
  assert.ok(kind, `${object.apiVersion} ${object.kind}`)
  const cells = (priority: number) =>
    kind.columns
      .filter(column => (column.priority ?? 0) === priority)
      .map(column => `${column.name.toUpperCase()} ${column.cell(object, now)}`)
  return [cells(0).join(', '), cells(1).join(', ')].filter(text => text !== '').join(' | ')
}

function make(apiVersion: string, kind: string, rest: object): KubeObject {
  return { apiVersion, kind, metadata: { name: 'x', creationTimestamp: '2026-03-10T11:00:00Z' }, ...rest }
}

test('ingress classes print the table of spec/networking-anton.md', () => {
  const made = '2026-01-01T12:00:00Z'
  const table = [
    ['external', 'k8s.io/external'],
    ['internal', 'k8s.io/internal'],
    ['tailscale', 'tailscale.com/ts-ingress'],
  ].map(([name = '', controller]) =>
    row({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name, creationTimestamp: made },
      ...{ spec: { controller } },
    }),
  )
  assert.deepEqual(table, [
    'NAME external, CONTROLLER k8s.io/external, PARAMETERS <none>, AGE 68d',
    'NAME internal, CONTROLLER k8s.io/internal, PARAMETERS <none>, AGE 68d',
    'NAME tailscale, CONTROLLER tailscale.com/ts-ingress, PARAMETERS <none>, AGE 68d',
  ])
})

test('Services', () => {
  const ports = [
    { port: 80, nodePort: 30080, protocol: 'TCP' },
    { port: 53, protocol: 'UDP' },
  ]
  const spec = {
    type: 'LoadBalancer',
    clusterIP: '10.96.0.7',
    clusterIPs: ['10.96.0.7'],
    ports,
    selector: { b: '2', a: '1' },
  }
  assert.equal(
    row(make('v1', 'Service', { spec })),
    'NAME x, TYPE LoadBalancer, CLUSTER-IP 10.96.0.7, EXTERNAL-IP <pending>, PORT(S) 80:30080/TCP,53/UDP, AGE 60m | SELECTOR a=1,b=2',
  )
  const status = { loadBalancer: { ingress: [{ ip: '192.168.1.102' }, { ip: '192.168.1.101' }] } }
  assert.match(row(make('v1', 'Service', { spec, status })), /EXTERNAL-IP 192\.168\.1\.101,192\.168\.1\.102,/)
  assert.match(
    row(make('v1', 'Service', { spec: { type: 'ExternalName', externalName: 'a.example' } })),
    /CLUSTER-IP <none>, EXTERNAL-IP a\.example, PORT\(S\) <none>/,
  )
  assert.match(
    row(make('v1', 'Service', { spec: { type: 'ClusterIP', clusterIPs: ['None'], ports } })),
    /CLUSTER-IP None, EXTERNAL-IP <none>/,
  )
})

test('workloads', () => {
  const template = {
    spec: {
      containers: [
        { name: 'a', image: 'i:1' },
        { name: 'b', image: 'j:2' },
      ],
    },
  }
  const selector = {
    matchLabels: { app: 'x' },
    matchExpressions: [{ key: 'tier', operator: 'In', values: ['b', 'a'] }],
  }
  const spec = { replicas: 3, selector, template }
  assert.equal(
    row(
      make('apps/v1', 'Deployment', { spec, status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 } }),
    ),
    'NAME x, READY 2/3, UP-TO-DATE 3, AVAILABLE 1, AGE 60m | CONTAINERS a,b, IMAGES i:1,j:2, SELECTOR app=x,tier in (a,b)',
  )
  assert.match(
    row(make('apps/v1', 'ReplicaSet', { spec, status: { replicas: 3 } })),
    /^NAME x, DESIRED 3, CURRENT 3, READY 0, AGE 60m \|/,
  )
  assert.match(
    row(make('apps/v1', 'StatefulSet', { spec })),
    /^NAME x, READY 0\/3, AGE 60m \| CONTAINERS a,b, IMAGES i:1,j:2$/,
  )
  assert.match(
    row(make('apps/v1', 'DaemonSet', { spec })),
    /DESIRED 0, CURRENT 0, READY 0, UP-TO-DATE 0, AVAILABLE 0, NODE SELECTOR <none>, AGE 60m/,
  )
})

test('Jobs', () => {
  const status = { startTime: '2026-03-10T11:58:00Z', succeeded: 1 }
  assert.match(
    row(make('batch/v1', 'Job', { spec: { completions: 3 }, status })),
    /STATUS Running, COMPLETIONS 1\/3, DURATION 2m, AGE 60m/,
  )
  const done = { ...status, completionTime: '2026-03-10T11:58:07Z', conditions: [{ type: 'Complete', status: 'True' }] }
  assert.match(
    row(make('batch/v1', 'Job', { spec: { parallelism: 2 }, status: done })),
    /STATUS Complete, COMPLETIONS 1\/1 of 2, DURATION 7s/,
  )
})

test('Nodes', () => {
  const labels = { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/control-plane': '' }
  const status = {
    conditions: [{ type: 'Ready', status: 'True' }],
    addresses: [{ type: 'InternalIP', address: '192.168.1.98' }],
    nodeInfo: { kubeletVersion: 'v1.34.0', osImage: 'Debian' },
  }
  const node = make('v1', 'Node', { spec: { unschedulable: true }, status })
  assert.equal(
    row({ ...node, metadata: { ...node.metadata, labels } }),
    'NAME x, STATUS Ready,SchedulingDisabled, ROLES control-plane,worker, AGE 60m, VERSION v1.34.0 | INTERNAL-IP 192.168.1.98, EXTERNAL-IP <none>, OS-IMAGE Debian, KERNEL-VERSION <unknown>, CONTAINER-RUNTIME <unknown>',
  )
  assert.match(row(make('v1', 'Node', {})), /STATUS Unknown, ROLES <none>/)
})

test('Ingresses', () => {
  const rules = ['a.example', 'b.example', 'c.example', 'd.example'].map(host => ({ host }))
  const spec = { ingressClassName: 'internal', rules, tls: [{}] }
  const status = { loadBalancer: { ingress: [{ ip: '192.168.1.101' }] } }
  assert.equal(
    row(make('networking.k8s.io/v1', 'Ingress', { spec, status })),
    'NAME x, CLASS internal, HOSTS a.example,b.example,c.example + 1 more..., ADDRESS 192.168.1.101, PORTS 80, 443, AGE 60m',
  )
  assert.equal(
    row(make('networking.k8s.io/v1', 'Ingress', { spec: {} })),
    'NAME x, CLASS <none>, HOSTS *, ADDRESS , PORTS 80, AGE 60m',
  )
})

test('endpoints of both kinds', () => {
  const addresses = ['10.0.0.1', '10.0.0.2'].map(ip => ({ ip }))
  const subsets = [{ addresses, ports: [{ port: 80 }, { port: 443 }] }]
  assert.match(
    row(make('v1', 'Endpoints', { subsets })),
    /ENDPOINTS 10\.0\.0\.1:80,10\.0\.0\.2:80,10\.0\.0\.1:443 \+ 1 more\.\.\., AGE/,
  )
  assert.match(row(make('v1', 'Endpoints', {})), /ENDPOINTS <none>/)
  const slice = {
    addressType: 'IPv4',
    ports: [{ port: 80 }],
    endpoints: [{ addresses: ['10.0.0.1'] }, { addresses: ['10.0.0.2'] }],
  }
  assert.match(
    row(make('discovery.k8s.io/v1', 'EndpointSlice', slice)),
    /ADDRESSTYPE IPv4, PORTS 80, ENDPOINTS 10\.0\.0\.1,10\.0\.0\.2, AGE 60m/,
  )
  assert.match(
    row(make('discovery.k8s.io/v1', 'EndpointSlice', { addressType: 'IPv4', endpoints: [] })),
    /PORTS <unset>, ENDPOINTS <unset>/,
  )
})

test('Events', () => {
  const event = {
    involvedObject: { kind: 'Pod', name: 'web', fieldPath: 'spec.containers{web}' },
    reason: 'BackOff',
    message: ' restarting \n',
    type: 'Warning',
    source: { component: 'kubelet', host: 'k8s-1' },
    firstTimestamp: '2026-03-10T11:00:00Z',
    lastTimestamp: '2026-03-10T11:59:30Z',
    count: 4,
  }
  assert.equal(
    row(make('v1', 'Event', event)),
    'LAST SEEN 30s, TYPE Warning, REASON BackOff, OBJECT pod/web, MESSAGE restarting | SUBOBJECT spec.containers{web}, SOURCE kubelet, k8s-1, FIRST SEEN 60m, COUNT 4, NAME x',
  )
})

test('pools and certificates read their conditions', () => {
  const conditions = [
    { type: 'cilium.io/PoolConflict', status: 'False' },
    { type: 'cilium.io/IPsAvailable', status: 'Unknown', message: '2' },
  ]
  assert.equal(
    row(make('cilium.io/v2', 'CiliumLoadBalancerIPPool', { spec: { disabled: false }, status: { conditions } })),
    'NAME x, DISABLED false, CONFLICTING False, IPS AVAILABLE 2, AGE 60m',
  )
  const certificate = {
    spec: { secretName: 's', issuerRef: { name: 'ca' } },
    status: { conditions: [{ type: 'Ready', status: 'True', message: 'up to date' }] },
  }
  assert.equal(
    row(make('cert-manager.io/v1', 'Certificate', certificate)),
    'NAME x, READY True, SECRET s, AGE 60m | ISSUER ca, STATUS up to date',
  )
})

test('kinds that are stored and shown only', () => {
  assert.match(
    row(make('policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: 1 } })),
    /MIN AVAILABLE 1, MAX UNAVAILABLE N\/A, ALLOWED DISRUPTIONS 0/,
  )
  const template = { spec: { containers: [{ name: 'a', image: 'i' }] } }
  const cronJob = {
    spec: { schedule: '@daily', jobTemplate: { spec: { template } } },
    status: { lastScheduleTime: '2026-03-10T00:00:00Z' },
  }
  assert.match(
    row(make('batch/v1', 'CronJob', cronJob)),
    /SCHEDULE @daily, TIMEZONE <none>, SUSPEND False, ACTIVE 0, LAST SCHEDULE 12h, AGE 60m \| CONTAINERS a/,
  )
  const claim = {
    spec: { volumeName: 'v' },
    status: { phase: 'Bound', capacity: { storage: '1Gi' }, accessModes: ['ReadWriteMany', 'ReadWriteOnce'] },
  }
  assert.match(
    row(make('v1', 'PersistentVolumeClaim', claim)),
    /STATUS Bound, VOLUME v, CAPACITY 1Gi, ACCESS MODES RWO,RWX, STORAGECLASS ,/,
  )
  const binding = {
    roleRef: { kind: 'Role', name: 'r' },
    subjects: [
      { kind: 'ServiceAccount', name: 's', namespace: 'n' },
      { kind: 'User', name: 'u' },
    ],
  }
  assert.equal(
    row(make('rbac.authorization.k8s.io/v1', 'RoleBinding', binding)),
    'NAME x, ROLE Role/r, AGE 60m | USERS u, GROUPS , SERVICEACCOUNTS n/s',
  )
  const quota = { status: { hard: { pods: '4', 'limits.cpu': '2' }, used: { pods: '1' } } }
  assert.match(row(make('v1', 'ResourceQuota', quota)), /REQUEST pods: 1\/4, LIMIT limits\.cpu: 0\/2/)
  const metrics = [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
  ]
  const scaler = { spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 5, metrics } }
  assert.match(
    row(make('autoscaling/v2', 'HorizontalPodAutoscaler', scaler)),
    /REFERENCE Deployment\/web, TARGETS cpu: <unknown>\/80%, MINPODS <unset>, MAXPODS 5/,
  )
})
