// The smallest application that the LAN can reach: a Deployment, a Service, an Ingress.

export interface AppOptions {
  readonly namespace?: string
  readonly replicas?: number
  readonly image?: string
  /** The Ingress's host; there is no Ingress without it. */
  readonly host?: string
  /** Checked every second, and one failure counts: outages show at once. */
  readonly probes?: readonly ('readinessProbe' | 'livenessProbe')[]
}

/** Named `name`, labelled `app: name`, serving port 8080 as `http`. */
export function app(name: string, options: AppOptions = {}): readonly object[] {
  const { namespace = 'default', replicas = 1, image = 'example.com/app:1', host, probes = [] } = options
  const metadata = { name, namespace }
  const probe = { httpGet: { path: '/', port: 'http' }, periodSeconds: 1, failureThreshold: 1 }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: {
            containers: [
              {
                name: 'app',
                image,
                ports: [{ name: 'http', containerPort: 8080 }],
                ...Object.fromEntries(probes.map(kind => [kind, probe])),
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: { app: name }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
    ...(host === undefined
      ? []
      : [
          {
            apiVersion: 'networking.k8s.io/v1',
            kind: 'Ingress',
            metadata,
            spec: {
              ingressClassName: 'internal',
              rules: [
                {
                  host,
                  http: {
                    paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { name: 'http' } } } }],
                  },
                },
              ],
            },
          },
        ]),
  ]
}

export const configMap = (name: string, data: Readonly<Record<string, string>>, labels = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels },
  data,
})
