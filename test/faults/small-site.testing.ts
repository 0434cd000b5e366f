// The smallest folder with a whole way through it: two nodes, one ingress class, one app with two replicas.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export interface Folder {
  readonly path: string
  write(file: string, text: string): void
  remove(file: string): void
}

export function smallSite(path: string, name = 'small'): Folder {
  const folder: Folder = {
    path,
    write: (file, text) => {
      const target = join(path, file)
      mkdirSync(dirname(target), { recursive: true })
      writeFileSync(target, text)
    },
    remove: file => rmSync(join(path, file)),
  }
  folder.write('site.yaml', site(name))
  folder.write('echo.yaml', app('echo'))
  folder.write('pool.yaml', pool)
  return folder
}

export function site(name: string): string {
  return `apiVersion: fairway.dev/v1
kind: Site
metadata: { name: ${name} }
spec:
  domain: small.example
  nodes:
    - { name: one, address: 192.168.7.11 }
    - { name: two, address: 192.168.7.12 }
  lan: { cidr: 192.168.7.0/24, gateway: 192.168.7.1 }
  pods: { cidr: 10.44.0.0/16 }
  services: { cidr: 10.45.0.0/16 }
  ingress:
    - { class: web, default: true }
`
}

const pool = `apiVersion: cilium.io/v2
kind: CiliumLoadBalancerIPPool
metadata: { name: office }
spec: { blocks: [{ start: 192.168.7.200, stop: 192.168.7.209 }] }
`

/** A Deployment, a Service and an Ingress of one name. */
export function app(name: string, { replicas = 2 }: { readonly replicas?: number } = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: ${name}
          image: example/${name}
          ports: [{ name: http, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /, port: http } }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec:
  selector: { app: ${name} }
  ports: [{ name: http, port: 80, targetPort: http }]
---
${ingress(name)}`
}

export function ingress(
  name: string,
  { host = `${name}.small.example`, service = name, port = 'name: http' } = {},
): string {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name} }
spec:
  rules:
    - host: ${host}
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: { service: { name: ${service}, port: { ${port} } } }
`
}
