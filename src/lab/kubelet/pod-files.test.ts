import assert from 'node:assert/strict'
import { test } from 'node:test'
import { address } from '../../net/address.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import { hostsFile, podNames } from './hosts-file.ts'
import { type DnsSettings, resolvConf } from './resolv-conf.ts'

const settings: DnsSettings = {
  clusterDns: ['10.96.0.10'],
  clusterDomain: 'cluster.local',
  nodeNameservers: ['192.168.1.1'],
  nodeSearch: ['lan'],
}
const pod = (spec: object): Pod =>
  ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web-0', namespace: 'shop' }, spec }) as unknown as Pod

test('by default a pod asks the cluster, with its own namespace first', () => {
  assert.equal(
    resolvConf(pod({}), settings),
    'search shop.svc.cluster.local svc.cluster.local cluster.local lan\nnameserver 10.96.0.10\noptions ndots:5\n',
  )
})

test('Default, and ClusterFirst in the network of the node, are what the node uses', () => {
  const expected = 'search lan\nnameserver 192.168.1.1\n'
  assert.equal(resolvConf(pod({ dnsPolicy: 'Default' }), settings), expected)
  assert.equal(resolvConf(pod({ hostNetwork: true }), settings), expected)
  assert.match(resolvConf(pod({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }), settings), /10\.96\.0\.10/)
})

test('dnsConfig adds lists and replaces options; with None it is everything', () => {
  const dnsConfig = {
    nameservers: ['1.1.1.1'],
    searches: ['example.com', 'svc.cluster.local'],
    options: [{ name: 'ndots', value: '2' }, { name: 'edns0' }],
  }
  assert.equal(
    resolvConf(pod({ dnsConfig }), settings),
    'search shop.svc.cluster.local svc.cluster.local cluster.local lan example.com\n' +
      'nameserver 10.96.0.10\nnameserver 1.1.1.1\noptions ndots:2 edns0\n',
  )
  assert.equal(
    resolvConf(pod({ dnsPolicy: 'None', dnsConfig }), settings),
    'search example.com svc.cluster.local\nnameserver 1.1.1.1\noptions ndots:2 edns0\n',
  )
})

test('the hosts file names the pod, its subdomain and the aliases', () => {
  const spec = { hostname: 'db', subdomain: 'data', hostAliases: [{ ip: '10.0.0.1', hostnames: ['a', 'b.example'] }] }
  const names = podNames(pod(spec), { clusterDomain: 'cluster.local', nodeName: 'n' })
  assert.deepEqual(names, { hostname: 'db', fqdn: 'db.data.shop.svc.cluster.local' })
  const text = hostsFile(pod(spec), { names, addresses: [address('10.244.0.10'), address('fd00::10')] })
  assert.match(text, /^10\.244\.0\.10\tdb\.data\.shop\.svc\.cluster\.local\tdb$/m)
  assert.match(text, /^fd00::10\tdb\./m)
  assert.match(text, /^10\.0\.0\.1\ta\tb\.example$/m)
})

test('setHostnameAsFQDN makes the long name the host name, and the network of the node has the name of the node', () => {
  const options = { clusterDomain: 'cluster.local', nodeName: 'k8s-1' }
  const long = podNames(pod({ subdomain: 'data', setHostnameAsFQDN: true }), options)
  assert.equal(long.hostname, 'web-0.data.shop.svc.cluster.local')
  assert.equal(podNames(pod({ hostNetwork: true }), options).hostname, 'k8s-1')
})
