import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { problemsOf } from '../decode/check-object.ts'
import type { KubeObject } from '../object.ts'
import { fieldText } from '../problems.ts'
import { findKind, kinds } from '../registry.ts'

interface Given {
  readonly metadata?: object
  readonly [field: string]: unknown
}

function make(id: string, given: Given): KubeObject {
  const slash = id.lastIndexOf('/')
  const { metadata, ...rest } = given
  return { apiVersion: id.slice(0, slash), kind: id.slice(slash + 1), metadata: { name: 'x', ...metadata }, ...rest }
}

/** `field: message` of what the kind's own check says of the defaulted object. */
function told(id: string, given: Given, old?: Given): string[] {
  const object = make(id, given)
  const kind = findKind(object.apiVersion, object.kind)
  assert.ok(kind, id)
  const before = old === undefined ? undefined : kind.defaults(make(id, old))
  return (kind.validate?.(kind.defaults(object), before) ?? []).map(
    ({ path, message }) => `${fieldText(path)}: ${message}`,
  )
}

const containers = [{ name: 'a', image: 'i' }]
const template = { metadata: { labels: { app: 'x' } }, spec: { containers } }
const selector = { matchLabels: { app: 'x' } }

test('names and labels', () => {
  assert.deepEqual(told('v1/ConfigMap', { metadata: { name: 'A_b' } }), [
    `metadata.name: Invalid value: "A_b": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
  ])
  assert.match(
    told('v1/Service', { metadata: { name: '1a' }, spec: { ports: [{ port: 1 }] } })[0] ?? '',
    /a DNS-1035 label must consist of/,
  )
  assert.match(
    told('v1/Namespace', { metadata: { name: 'a.b' } })[0] ?? '',
    /a lowercase RFC 1123 label must consist of/,
  )
  assert.deepEqual(told('v1/ConfigMap', { metadata: { name: '' } }), [
    'metadata.name: Required value: name or generateName is required',
  ])
  assert.deepEqual(told('v1/ConfigMap', { metadata: { name: '', generateName: 'a-' } }), [])
  assert.deepEqual(told('v1/Node', { metadata: { namespace: 'a' } }), [
    'metadata.namespace: Forbidden: not allowed on this type',
  ])
  assert.match(
    told('v1/ConfigMap', { metadata: { labels: { a: 'b c' } } })[0] ?? '',
    /^metadata\.labels: Invalid value: "b c": a valid label must be an empty string or/,
  )
  assert.match(
    told('v1/ConfigMap', { metadata: { labels: { 'a/b/c': '' } } })[0] ?? '',
    /a qualified name must consist of/,
  )
})

test('pods: names, images, ports, mounts, probes and resources', () => {
  const pod = (container: object, more: object = {}) =>
    told('v1/Pod', { spec: { containers: [{ name: 'a', image: 'i', ...container }], ...more } })
  assert.deepEqual(pod({}), [])
  assert.deepEqual(told('v1/Pod', { spec: { containers: [] } }), ['spec.containers: Required value'])
  assert.deepEqual(told('v1/Pod', { spec: { containers: [...containers, ...containers] } }), [
    'spec.containers[1].name: Duplicate value: "a"',
  ])
  assert.deepEqual(pod({ image: '' }), ['spec.containers[0].image: Required value'])
  assert.deepEqual(
    pod({
      ports: [
        { containerPort: 70000, name: 'a' },
        { containerPort: 2, name: 'a' },
      ],
    }),
    [
      'spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
      'spec.containers[0].ports[1].name: Duplicate value: "a"',
    ],
  )
  assert.deepEqual(pod({ ports: [{ containerPort: 1, name: 'a-very-long-name--' }] }), [
    'spec.containers[0].ports[0].name: Invalid value: "a-very-long-name--": must be no more than 15 characters',
    'spec.containers[0].ports[0].name: Invalid value: "a-very-long-name--": must not contain consecutive hyphens',
    'spec.containers[0].ports[0].name: Invalid value: "a-very-long-name--": must not begin or end with a hyphen',
  ])
  assert.deepEqual(pod({ volumeMounts: [{ name: 'v', mountPath: '/a' }] }), [
    'spec.containers[0].volumeMounts[0].name: Not found: "v"',
  ])
  assert.deepEqual(pod({ readinessProbe: { periodSeconds: -1 } }), [
    'spec.containers[0].readinessProbe: Required value: must specify a handler type',
    'spec.containers[0].readinessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0',
  ])
  assert.deepEqual(pod({ resources: { limits: { cpu: '1' }, requests: { cpu: '1500m' } } }), [
    'spec.containers[0].resources.requests: Invalid value: "1500m": must be less than or equal to cpu limit of 1',
  ])
})

test('a pod may be bound, may get another image, and nothing else', () => {
  const update = (spec: object, old: object = {}) =>
    told('v1/Pod', { spec: { containers, ...spec } }, { spec: { containers, ...old } })
  assert.deepEqual(update({ nodeName: 'k8s-1' }), [])
  assert.deepEqual(update({ containers: [{ name: 'a', image: 'j' }] }), [])
  assert.match(
    update({ nodeName: 'k8s-2' }, { nodeName: 'k8s-1' })[0] ?? '',
    /^spec: Forbidden: pod updates may not change fields other than/,
  )
  assert.match(update({ hostNetwork: true })[0] ?? '', /^spec: Forbidden/)
})

test('workloads: the selector matches the template, and stays', () => {
  assert.deepEqual(told('apps/v1/Deployment', { spec: { selector, template } }), [])
  assert.deepEqual(
    told('apps/v1/Deployment', { spec: { selector: { matchLabels: { app: 'y' } }, template, replicas: -1 } }),
    [
      'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
      'spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`',
    ],
  )
  assert.deepEqual(told('apps/v1/DaemonSet', { spec: { selector: {}, template } }), [
    'spec.selector: Invalid value: {}: empty selector is invalid for daemonset',
  ])
  const wider = { ...template, metadata: { labels: { app: 'x', b: 'c' } } }
  assert.deepEqual(
    told(
      'apps/v1/Deployment',
      { spec: { selector: { matchLabels: { b: 'c' } }, template: wider } },
      { spec: { selector, template: wider } },
    ),
    ['spec.selector: Invalid value: {"matchLabels":{"b":"c"}}: field is immutable'],
  )
  assert.deepEqual(
    told('apps/v1/ReplicaSet', {
      spec: { selector, template: { ...template, spec: { containers, restartPolicy: 'Never' } } },
    }),
    ['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
  )
  assert.deepEqual(
    told('apps/v1/Deployment', { spec: { selector, template, strategy: { type: 'Recreate', rollingUpdate: {} } } }),
    ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
  )
  assert.match(
    told(
      'apps/v1/StatefulSet',
      { spec: { selector, template, serviceName: 'b' } },
      { spec: { selector, template, serviceName: 'a' } },
    )[0] ?? '',
    /^spec: Forbidden: updates to statefulset spec for fields other than 'replicas', .* are forbidden$/,
  )
  assert.deepEqual(told('batch/v1/Job', { spec: { template } }), [
    'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ])
})

test('Services: ports, addresses and what goes with the type', () => {
  const service = (spec: object, old?: object) =>
    told('v1/Service', { spec }, old === undefined ? undefined : { spec: old })
  const ports = [{ port: 80 }]
  assert.deepEqual(service({ ports }), [])
  assert.deepEqual(service({}), ['spec.ports: Required value'])
  assert.deepEqual(service({ clusterIP: 'None' }), [])
  assert.deepEqual(
    service({
      ports: [
        { port: 80, name: 'a' },
        { port: 80, name: 'a' },
      ],
    }),
    ['spec.ports[1].name: Duplicate value: "a"', 'spec.ports[1]: Duplicate value: {"port":80,"protocol":"TCP"}'],
  )
  assert.deepEqual(
    service({
      ports: [
        { port: 53, name: 'a' },
        { port: 53, name: 'b', protocol: 'UDP' },
      ],
    }),
    [],
  )
  assert.deepEqual(service({ ports: [{ port: 0, targetPort: 70000 }] }), [
    'spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    'spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
  ])
  assert.deepEqual(service({ ports, type: 'ExternalName' }), ['spec.externalName: Required value'])
  assert.deepEqual(service({ ports, type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.0'] }), [
    'spec.loadBalancerSourceRanges[0]: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
  ])
  const externalIPs = ['192.168.1.9', 'nonsense', '127.0.0.1', '0.0.0.0', 'fe80::1', '224.0.0.1', 'ff02::1']
  assert.deepEqual(service({ ports, externalIPs }), [
    'spec.externalIPs[1]: Invalid value: "nonsense": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    'spec.externalIPs[2]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    'spec.externalIPs[3]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0 or ::)',
    'spec.externalIPs[4]: Invalid value: "fe80::1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
    'spec.externalIPs[5]: Invalid value: "224.0.0.1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
    'spec.externalIPs[6]: Invalid value: "ff02::1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
  ])
  assert.deepEqual(
    told('v1/Service', {
      spec: { ports },
      status: { loadBalancer: { ingress: [{ ip: '192.168.1.9' }, { ip: 'x' }] } },
    }),
    [
      'status.loadBalancer.ingress[1].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
  )
  assert.deepEqual(service({ ports, externalTrafficPolicy: 'Local' }), [
    'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
  ])
  assert.deepEqual(
    service(
      { ports, clusterIP: '10.96.0.8', clusterIPs: ['10.96.0.8'] },
      { ports, clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7'] },
    ),
    ['spec.clusterIPs[0]: Invalid value: ["10.96.0.8"]: may not change once set'],
  )
})

test('Ingresses: hosts, paths and backends', () => {
  const ingress = (spec: object) => told('networking.k8s.io/v1/Ingress', { spec })
  const backend = { service: { name: 's', port: { number: 80 } } }
  const rule = (path: object, host = 'a.example') => ({ rules: [{ host, http: { paths: [path] } }] })
  assert.deepEqual(ingress(rule({ path: '/a', pathType: 'Prefix', backend })), [])
  assert.deepEqual(ingress({}), ['spec: Invalid value: {}: either `defaultBackend` or `rules` must be specified'])
  assert.deepEqual(ingress(rule({ path: '/a', backend })), [
    'spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified',
  ])
  assert.deepEqual(ingress(rule({ path: 'a//b/..', pathType: 'Exact', backend })), [
    'spec.rules[0].http.paths[0].path: Invalid value: "a//b/..": must be an absolute path',
    'spec.rules[0].http.paths[0].path: Invalid value: "a//b/..": must not contain \'//\'',
    'spec.rules[0].http.paths[0].path: Invalid value: "a//b/..": cannot end with \'/..\'',
  ])
  assert.deepEqual(ingress(rule({ pathType: 'Prefix', path: '/', backend }, '10.0.0.1')), [
    'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
  ])
  assert.deepEqual(ingress(rule({ pathType: 'Prefix', path: '/', backend }, '*.a.example')), [])
  assert.match(
    ingress(rule({ pathType: 'Prefix', path: '/', backend }, 'a.*.example'))[0] ?? '',
    /a wildcard DNS-1123 subdomain must start with/,
  )
  assert.deepEqual(ingress({ defaultBackend: {} }), [
    'spec.defaultBackend: Required value: resource or service backend is required',
  ])
  assert.deepEqual(ingress({ defaultBackend: { service: { name: 's' } } }), [
    'spec.defaultBackend.service: Required value: port name or number is required',
  ])
  assert.deepEqual(
    told('networking.k8s.io/v1/IngressClass', { spec: { controller: 'a/b' } }, { spec: { controller: 'a/c' } }),
    ['spec.controller: Invalid value: "a/b": field is immutable'],
  )
  assert.deepEqual(told('networking.k8s.io/v1/IngressClass', { spec: { controller: 'nginx' } }), [
    'spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")',
  ])
})

test('NetworkPolicies: ports, peers and blocks', () => {
  const policy = (rule: object) =>
    told('networking.k8s.io/v1/NetworkPolicy', { spec: { podSelector: {}, ingress: [rule] } })
  assert.deepEqual(policy({ ports: [{ port: 80, endPort: 90 }], from: [{ podSelector: {} }] }), [])
  assert.deepEqual(policy({ ports: [{ port: 'http', endPort: 90 }, { endPort: 90 }, { port: 99, endPort: 90 }] }), [
    'spec.ingress[0].ports[0].endPort: Invalid value: 90: may not be specified when `port` is non-numeric',
    'spec.ingress[0].ports[1].endPort: Invalid value: 90: may not be specified when `port` is not specified',
    'spec.ingress[0].ports[2].endPort: Invalid value: 90: must be greater than or equal to `port`',
  ])
  assert.deepEqual(
    policy({ from: [{}, { podSelector: {}, ipBlock: { cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] } }] }),
    [
      'spec.ingress[0].from[0]: Required value: must specify a peer',
      'spec.ingress[0].from[1].ipBlock.except[0]: Invalid value: "10.0.0.0/8": must be a strict subset of `cidr`',
      'spec.ingress[0].from[1]: Forbidden: may not specify both ipBlock and another peer',
    ],
  )
})

test('ConfigMaps and Secrets: keys, demands of the type, immutability', () => {
  assert.match(
    told('v1/ConfigMap', { data: { 'a b': '' } })[0] ?? '',
    /^data\[a b\]: Invalid value: "a b": a valid config key must consist of/,
  )
  assert.deepEqual(told('v1/Secret', { type: 'kubernetes.io/tls', data: { 'tls.crt': '' } }), [
    'data[tls.key]: Required value',
  ])
  assert.deepEqual(told('v1/Secret', { type: 'a' }, { type: 'b' }), ['type: Invalid value: "a": field is immutable'])
  assert.deepEqual(told('v1/ConfigMap', { immutable: true, data: { a: '2' } }, { immutable: true, data: { a: '1' } }), [
    'data: Forbidden: field is immutable when `immutable` is set',
  ])
})

test('EndpointSlices: addresses of their family, ports by name', () => {
  const slice = (endpoints: object[], ports: object[] = []) =>
    told('discovery.k8s.io/v1/EndpointSlice', { addressType: 'IPv4', endpoints, ports })
  assert.deepEqual(slice([{ addresses: ['10.0.0.1'] }], [{ port: 80 }]), [])
  assert.deepEqual(slice([{ addresses: ['fd00::1'] }, { addresses: [] }, { addresses: ['127.0.0.1'] }]), [
    'endpoints[0].addresses[0]: Invalid value: "fd00::1": must be a valid IPv4 address',
    'endpoints[1].addresses: Required value: must contain at least 1 address',
    'endpoints[2].addresses[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
  ])
  assert.deepEqual(slice([], [{ port: 80 }, { port: 81 }]), ['ports[1].name: Duplicate value: ""'])
})

test('pools: CIDRs and ranges', () => {
  const pool = (spec: object) => told('cilium.io/v2/CiliumLoadBalancerIPPool', { spec })
  assert.deepEqual(
    pool({ blocks: [{ cidr: '10.0.0.12/24' }, { start: '10.0.0.1' }, { start: '10.0.0.1', stop: '10.0.0.9' }] }),
    [],
  )
  assert.deepEqual(
    pool({ blocks: [{ cidr: '10.0.0.0/33' }, { start: '10.0.0.9', stop: '10.0.0.1' }, {}], cidrs: [{ cidr: 'x' }] }),
    [
      'spec.blocks[0].cidr: Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
      'spec.blocks[1].stop: Invalid value: "10.0.0.1": must be an address of the same family, not before 10.0.0.9',
      'spec.blocks[2].cidr: Required value',
      'spec.cidrs[0].cidr: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ],
  )
})

test('a CRD is called after its plural and group, and stores one version', () => {
  const version = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }
  const spec = {
    group: 'a.example',
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing' },
    versions: [version],
  }
  assert.deepEqual(
    told('apiextensions.k8s.io/v1/CustomResourceDefinition', { metadata: { name: 'things.a.example' }, spec }),
    [],
  )
  assert.deepEqual(told('apiextensions.k8s.io/v1/CustomResourceDefinition', { spec: { ...spec, versions: [] } }), [
    'metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group',
    'spec.versions: Invalid value: []: must have exactly one version marked as storage version',
  ])
})

test('whatever an object holds, checking it ends', () => {
  const names = [
    'spec',
    'ports',
    'port',
    'containers',
    'template',
    'selector',
    'matchLabels',
    'rules',
    'http',
    'paths',
    'data',
    'subsets',
    'endpoints',
    'status',
    'blocks',
    'versions',
    'ingress',
    'from',
  ]
  const json = fc.letrec<{ node: unknown }>(tie => ({
    node: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(null, true, 0, 70000, '', 'a', '10.0.0.0/8'),
      fc.array(tie('node'), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom(...names), tie('node'), { maxKeys: 4 }),
    ),
  })).node
  fc.assert(
    fc.property(fc.constantFrom(...kinds), json, json, (definition, spec, data) => {
      const { group, version, kind } = definition
      const apiVersion = group === '' ? version : `${group}/${version}`
      const object = {
        apiVersion,
        kind,
        metadata: { name: 'x', labels: data },
        spec,
        data,
        subsets: data,
        endpoints: data,
        status: spec,
      }
      problemsOf(object as unknown as KubeObject, definition)
    }),
    { numRuns: 2000 },
  )
})
