// Turns the site's DNS settings into the objects that runbooks know: kube-dns, coredns and its ConfigMap.
import type { KubeObject } from '../../objects/object.ts'
import type { Site } from '../site.ts'
import { managedBy } from './labels.ts'

const selector = { 'k8s-app': 'kube-dns' }

export function expandDns(site: Site): readonly KubeObject[] {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kube-dns',
      namespace: 'kube-system',
      labels: { ...selector, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS', ...managedBy },
    },
    spec: {
      clusterIP: site.dns.addresses[0],
      clusterIPs: site.dns.addresses,
      selector,
      ports: [
        { name: 'dns', protocol: 'UDP', port: 53, targetPort: 'dns' },
        { name: 'dns-tcp', protocol: 'TCP', port: 53, targetPort: 'dns-tcp' },
      ],
    },
  }
  const config = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'coredns', namespace: 'kube-system', labels: managedBy },
    data: { Corefile: corefile(site) },
  }
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace: 'kube-system', labels: { ...selector, ...managedBy } },
    spec: {
      replicas: site.dns.replicas,
      selector: { matchLabels: selector },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels: selector },
        spec: {
          dnsPolicy: 'Default',
          automountServiceAccountToken: false,
          tolerations: [
            { key: 'CriticalAddonsOnly', operator: 'Exists' },
            { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
          ],
          containers: [
            {
              name: 'coredns',
              image: 'registry.k8s.io/coredns/coredns',
              ports: [
                { name: 'dns', containerPort: 53, protocol: 'UDP' },
                { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
              ],
              readinessProbe: { tcpSocket: { port: 53 }, periodSeconds: 5 },
            },
          ],
        },
      },
    },
  }
  return [config, deployment, service]
}

/** What is served, in CoreDNS's words: on a cluster CoreDNS reads it, on one machine Unbound does the same. */
function corefile(site: Site): string {
  const { zone, ttlSeconds } = site.dns
  return [
    '.:53 {',
    '    errors',
    '    ready',
    `    kubernetes ${zone} in-addr.arpa ip6.arpa {`,
    '        pods insecure',
    '        fallthrough in-addr.arpa ip6.arpa',
    `        ttl ${ttlSeconds}`,
    '    }',
    '    forward . /etc/resolv.conf',
    '    cache 30 {',
    `        disable success ${zone}`,
    `        disable denial ${zone}`,
    '    }',
    '    loadbalance',
    '}',
    '',
  ].join('\n')
}
