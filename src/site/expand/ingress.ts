// Turns the site's ingress classes into IngressClasses and the Deployments and Services of the proxies.
import type { KubeObject } from '../../objects/object.ts'
import type { Site, SiteIngress } from '../site.ts'
import { managedBy } from './labels.ts'

type Proxy = Extract<SiteIngress, { proxy: 'nginx' }>

/** Name of the ConfigMap in namespace `network` that tunes every NGINX. */
export const tuningConfigMap = 'nginx-configuration'

export function expandIngress(site: Site): readonly KubeObject[] {
  const proxies = site.ingress.filter(ingress => ingress.proxy === 'nginx')
  return [
    ...site.ingress.map(ingressClass),
    ...proxies.flatMap(proxy => [deployment(proxy), service(proxy)]),
    ...(proxies.length === 0 ? [] : [metricsService()]),
  ]
}

function ingressClass(ingress: SiteIngress): KubeObject {
  return object('networking.k8s.io/v1', 'IngressClass', {
    metadata: {
      name: ingress.className,
      labels: managedBy,
      ...(ingress.isDefault ? { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } } : {}),
    },
    spec: { controller: ingress.controller },
  })
}

function labelsOf(proxy: Proxy): Record<string, string> {
  return {
    'app.kubernetes.io/name': 'ingress-nginx',
    'app.kubernetes.io/instance': proxy.className,
    'app.kubernetes.io/component': 'controller',
  }
}

function deployment(proxy: Proxy): KubeObject {
  const labels = labelsOf(proxy)
  const probe = { httpGet: { path: '/healthz', port: 10254, scheme: 'HTTP' }, periodSeconds: 10 }
  return object('apps/v1', 'Deployment', {
    metadata: { name: proxy.deployment, namespace: 'network', labels: { ...labels, ...managedBy } },
    spec: {
      replicas: proxy.replicas,
      selector: { matchLabels: labels },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: {
        metadata: { labels },
        spec: {
          // A node's loss must not take both proxies of a class.
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: 'kubernetes.io/hostname',
              whenUnsatisfiable: 'ScheduleAnyway',
              labelSelector: { matchLabels: labels },
            },
          ],
          terminationGracePeriodSeconds: 30,
          // A proxy needs no token, and what it has not it cannot lose.
          automountServiceAccountToken: false,
          containers: [
            {
              name: 'controller',
              image: 'fairway.dev/ingress-nginx',
              args: [
                `--ingress-class=${proxy.className}`,
                `--controller-class=${proxy.controller}`,
                `--configmap=network/${tuningConfigMap}`,
                `--publish-service=network/${proxy.deployment}`,
              ],
              ports: [
                { name: 'http', containerPort: 80 },
                { name: 'https', containerPort: 443 },
                { name: 'metrics', containerPort: 10254 },
              ],
              readinessProbe: probe,
              livenessProbe: { ...probe, failureThreshold: 5 },
            },
          ],
        },
      },
    },
  })
}

function service(proxy: Proxy): KubeObject {
  return object('v1', 'Service', {
    metadata: {
      name: proxy.deployment,
      namespace: 'network',
      labels: { ...labelsOf(proxy), ...managedBy, 'io.cilium.service': 'true' },
      ...(proxy.address === undefined ? {} : { annotations: { 'lbipam.cilium.io/ips': proxy.address } }),
    },
    spec: {
      type: 'LoadBalancer',
      selector: labelsOf(proxy),
      ports: [
        { name: 'http', port: 80, targetPort: 'http' },
        { name: 'https', port: 443, targetPort: 'https' },
      ],
    },
  })
}

function metricsService(): KubeObject {
  const labels = { 'app.kubernetes.io/name': 'ingress-nginx', 'app.kubernetes.io/component': 'controller' }
  return object('v1', 'Service', {
    metadata: { name: 'ingress-nginx-controller-metrics', namespace: 'network', labels: { ...labels, ...managedBy } },
    spec: { selector: labels, ports: [{ name: 'metrics', port: 10254, targetPort: 'metrics' }] },
  })
}

function object<Fields extends { metadata: KubeObject['metadata'] }>(
  apiVersion: string,
  kind: string,
  fields: Fields,
): KubeObject {
  return { apiVersion, kind, ...fields }
}
