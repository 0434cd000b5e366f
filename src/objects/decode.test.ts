import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Decoded, decodeManifests } from './decode.ts'
import { blocksOf, type CiliumLoadBalancerIPPool } from './kinds/cilium-load-balancer-ip-pool.ts'

function decode(text: string): Decoded {
  return decodeManifests([{ file: 'a.yaml', text }])
}

/** `line:column CODE message` and the fix, if there is one. */
function told({ diagnostics }: Decoded): string[] {
  return diagnostics.map(({ position, code, message, fix }) => {
    const text = `${position?.line}:${position?.column} ${code} ${message}`
    return fix === undefined ? text : `${text} → ${fix}`
  })
}

function dataOf({ objects }: Decoded): object {
  const [first] = objects
  assert.ok(first)
  return (first.object as { data?: object }).data ?? {}
}

const web = `apiVersion: v1
kind: ConfigMap
metadata:
  name: web
`

test('objects come in the order of files and documents, as written', () => {
  const decoded = decodeManifests([
    { file: 'b.yaml', text: `${web}---\n${web.replace('web', 'db')}` },
    { file: 'a.yaml', text: web.replace('web', 'api') },
  ])
  assert.deepEqual(told(decoded), [])
  assert.deepEqual(
    decoded.objects.map(({ object }) => object.metadata.name),
    ['web', 'db', 'api'],
  )
  assert.deepEqual(decoded.objects[0]?.object, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web' } })
  assert.deepEqual(decoded.objects[1]?.positionOf(['metadata', 'name']), { file: 'b.yaml', line: 9, column: 9 })
})

test('every mistake is reported with its place and the nearest name', () => {
  const decoded = decode(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replcias: 3
  replicas: "3"
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: nginx
        ports:
        - containerPort: 80000
          protocol: tcp
`)
  assert.deepEqual(told(decoded), [
    '6:3 FW106 unknown field "spec.replcias" → did you mean "replicas"?',
    '7:13 FW107 spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string" → write 3 without quotes',
    '16:26 FW107 spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 80000: must be between 1 and 65535, inclusive → write a number from 1 to 65535',
    '17:21 FW107 spec.template.spec.containers[0].ports[0].protocol: Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP" → did you mean "TCP"?',
  ])
  assert.equal(decoded.objects.length, 0)
})

test('an unknown field does not take the object away', () => {
  const decoded = decode(`${web}dta: {}\n`)
  assert.deepEqual(told(decoded), ['5:1 FW106 unknown field "dta" → did you mean "data"?'])
  assert.equal(decoded.objects.length, 1)
})

test('a broken document does not take the others along', () => {
  const decoded = decode(`foo: [\n---\n${web}`)
  assert.deepEqual(
    decoded.diagnostics.map(({ code, position }) => [code, position?.line]),
    [['FW100', 2]],
  )
  assert.equal(decoded.objects.length, 1)
})

test('a key that is set twice is reported with both places, and the object left out', () => {
  const decoded = decode(`${web}data:\n  a: "1"\n  b: "2"\n  a: "3"\n`)
  assert.deepEqual(told(decoded), [
    '8:3 FW101 key "a" is already set in this map → keep one of them; the other is at line 6',
  ])
  assert.equal(decoded.objects.length, 0)
})

test('a second object without a separator is told once, as what it is', () => {
  const decoded = decode(`${web}${web}data:\n  a: "1"\n  a: "2"\n`)
  assert.deepEqual(told(decoded), [
    '5:1 FW101 a second object begins here, and no --- stands before it → put --- on a line of its own before this one',
    '11:3 FW101 key "a" is already set in this map → keep one of them; the other is at line 10',
  ])
  assert.equal(decoded.objects.length, 0)
})

test('an almost known kind and an old apiVersion are told apart from foreign kinds', () => {
  const object = (apiVersion: string, kind: string) => `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n`
  const decoded = decode(
    [
      object('networking.k8s.io/v1', 'Ingres'),
      object('extensions/v1', 'Ingress'),
      object('app/v1', 'Deployment'),
      object('monitoring.coreos.com/v1', 'ServiceMonitor'),
      object('serving.knative.dev/v1', 'Service'),
    ].join('---\n'),
  )
  assert.deepEqual(told(decoded), [
    '2:7 FW105 no kind "Ingres" in version "networking.k8s.io/v1" → did you mean kind: Ingress?',
    '5:13 FW105 no kind "Ingress" in version "extensions/v1" → write apiVersion: networking.k8s.io/v1',
    '9:13 FW105 no kind "Deployment" in version "app/v1" → write apiVersion: apps/v1',
  ])
  assert.deepEqual(
    decoded.skipped.map(({ object, position }) => `${position.line} ${object.apiVersion} ${object.kind}`),
    [
      '2 networking.k8s.io/v1 Ingres',
      '6 extensions/v1 Ingress',
      '10 app/v1 Deployment',
      '14 monitoring.coreos.com/v1 ServiceMonitor',
      '18 serving.knative.dev/v1 Service',
    ],
  )
})

test('a kind that a CRD of the same files defines is no typo', () => {
  const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gatewayz.gateway.networking.k8s.io}
spec:
  group: gateway.networking.k8s.io
  scope: Namespaced
  names: {plural: gatewayz, kind: Gatewayz}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object}}
`
  const use = 'apiVersion: gateway.networking.k8s.io/v1\nkind: Gatewayz\nmetadata: {name: x}\n'
  assert.deepEqual(told(decode(`${use}---\n${crd}`)), [])
})

test('a version that Kubernetes has removed is told with what is written today', () => {
  const object = (apiVersion: string, kind: string) => `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n`
  const decoded = decode(
    [object('batch/v1beta1', 'CronJob'), object('policy/v1beta1', 'PodSecurityPolicy')].join('---\n'),
  )
  assert.deepEqual(told(decoded), [
    '1:13 FW109 CronJob/x is written for batch/v1beta1, which Kubernetes 1.25 removed → write apiVersion: batch/v1',
    '5:13 FW109 PodSecurityPolicy/x is written for policy/v1beta1, which Kubernetes 1.25 removed → label the Namespace pod-security.kubernetes.io/enforce: baseline (or restricted) instead',
  ])
})

test('an object of a kind that a CRD of the same files defines is checked against its schema', () => {
  const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: boats.harbour.example}
spec:
  group: harbour.example
  scope: Namespaced
  names: {plural: boats, kind: Boat}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [length]
              properties: {length: {type: integer}, colour: {type: string, enum: [red, green]}}
`
  const boat = (version: string, spec: string) =>
    `apiVersion: harbour.example/${version}\nkind: Boat\nmetadata: {name: b}\nspec: ${spec}\n`
  const good = decodeManifests([
    { file: 'a.yaml', text: boat('v1', '{length: 7}') },
    { file: 'b.yaml', text: crd },
  ])
  assert.deepEqual(told(good), [])
  assert.deepEqual([good.skipped.length, good.objects.length], [0, 1])
  assert.deepEqual(
    good.custom.map(({ definition }) => `${definition.plural}.${definition.group} ${definition.namespaced}`),
    ['boats.harbour.example true'],
  )
  assert.deepEqual(told(decode(`${crd}---\n${boat('v1', '{color: red}')}---\n${boat('v2', '{}')}`)), [
    '24:1 FW107 spec.length: Required value → add length: below spec',
    '24:8 FW106 unknown field "spec.color" → did you mean "colour"?',
    '26:13 FW107 apiVersion: Invalid value: "harbour.example/v2": the definition of Boat does not serve this version → write harbour.example/v1',
  ])
})

test('a template for Helm is called one', () => {
  const [found] = decode('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-x\n').diagnostics
  assert.equal(found?.code, 'FW100')
  assert.match(found?.fix ?? '', /helm template/)
})

test('an alias written as a URL is told its bare name', () => {
  const service = (spec: string) => `apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: ${spec}\n`
  assert.match(
    told(decode(service('{type: ExternalName, externalName: "https://db.example.org:5432/x"}')))[0] ?? '',
    /^4:.* → write db\.example\.org: an alias has neither scheme nor port nor path$/,
  )
  assert.equal(
    told(decode(service('{type: NodePort, clusterIP: None, ports: [{port: 80}]}')))[0],
    `4:35 FW107 spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services → remove clusterIP: None, or write type: ClusterIP for a headless Service`,
  )
})

test('lists are flattened, with places of their own', () => {
  const decoded = decode(`apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ServiceAccount
  metadata: {name: a}
- apiVersion: v1
  kind: ServiceAccount
  metadata: {name: B}
`)
  assert.deepEqual(
    decoded.objects.map(({ object }) => object.metadata.name),
    ['a'],
  )
  assert.equal(decoded.objects[0]?.positionOf(['metadata', 'name']).line, 6)
  assert.deepEqual(
    decoded.diagnostics.map(({ position, object }) => [position?.line, object]),
    [[9, 'ServiceAccount/B']],
  )
})

test('the same object twice is reported with both places; an unwritten namespace is default', () => {
  const decoded = decodeManifests([
    { file: 'a.yaml', text: web },
    { file: 'b.yaml', text: `${web}  namespace: default\n` },
  ])
  const [found] = decoded.diagnostics
  assert.equal(found?.code, 'FW108')
  assert.equal(found?.message, 'ConfigMap/default/web is already defined at a.yaml:4:9')
  assert.deepEqual(found?.position, { file: 'b.yaml', line: 4, column: 9 })
})

test('what is no object at all says what is missing', () => {
  assert.deepEqual(told(decode('- a\n- b\n')), [
    '1:1 FW103 a manifest must be a map, but this is a list → begin with apiVersion:, kind: and metadata:',
  ])
  assert.deepEqual(told(decode('kind: Pod\n')), [
    '1:1 FW103 apiVersion is missing → add apiVersion: at the top of the object',
  ])
  assert.deepEqual(told(decode('apiVersion: v1\nkind: Pod\n')), [
    '1:1 FW103 Pod: metadata is missing → add metadata: with a name: below it',
  ])
})

test('anchors and merges are written out', () => {
  const decoded = decode(`${web}data:
  a: &text hello
  b: *text
`)
  assert.deepEqual(dataOf(decoded), { a: 'hello', b: 'hello' })
})

test('an alias bomb is refused', () => {
  const rows = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
  for (const [index, name] of [...'bcdefghi'].entries()) {
    const below = 'abcdefghi'[index]
    rows.push(`${name}: &${name} [${Array(10).fill(`*${below}`).join(', ')}]`)
  }
  const decoded = decode(`${web}data:\n${rows.map(row => `  ${row}\n`).join('')}`)
  assert.deepEqual(
    decoded.diagnostics.map(({ code, message }) => [code, message]),
    [['FW102', 'aliases of this document stand for more than 20000 values']],
  )
})

test('an alias that names its own anchor is refused', () => {
  assert.deepEqual(
    decode('a: &a [*a]\n').diagnostics.map(({ code }) => code),
    ['FW102'],
  )
})

test('a pool in the form before Cilium 1.16 is kept, and the warning shows the form of today', () => {
  const decoded = decode(`apiVersion: cilium.io/v2alpha1
kind: CiliumLoadBalancerIPPool
metadata:
  name: default-pool
spec:
  cidrs:
  - cidr: "192.168.1.100/32"
  - cidr: "192.168.1.101/32"
`)
  const [warning] = decoded.diagnostics
  assert.equal(decoded.diagnostics.length, 1)
  assert.equal(warning?.code, 'FW109')
  assert.equal(warning?.severity, 'warning')
  assert.deepEqual(warning?.position, { file: 'a.yaml', line: 6, column: 3 })
  assert.equal(
    warning?.fix,
    'write instead:\napiVersion: cilium.io/v2\nspec:\n  blocks:\n  - cidr: "192.168.1.100/32"\n  - cidr: "192.168.1.101/32"',
  )
  assert.deepEqual(blocksOf(decoded.objects[0]?.object as CiliumLoadBalancerIPPool), [
    { kind: 'cidr', cidr: '192.168.1.100/32' },
    { kind: 'cidr', cidr: '192.168.1.101/32' },
  ])
})

test('words that YAML 1.1 takes for booleans are caught where text is wanted', () => {
  assert.deepEqual(told(decode(`${web}data:\n  debug: yes\n`)), [
    '6:10 FW107 data.debug: Invalid value: "boolean": data.debug in body must be of type string: "boolean" → write "true" in quotes',
  ])
})

test('a key named __proto__ is a key and nothing else', () => {
  const decoded = decode(`${web}data:\n  __proto__: x\n`)
  assert.equal(({} as { x?: unknown }).x, undefined)
  assert.deepEqual(Object.keys(dataOf(decoded)), ['__proto__'])
})
