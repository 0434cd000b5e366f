// Decodes and validates 5,000 objects in a process that has done nothing yet, and prints the milliseconds it took.
import { decodeManifests } from '../../src/objects/decode.ts'

const count = 5000

/** A shop of many apps: of each five objects one Deployment, Service, Ingress, ConfigMap and NetworkPolicy. */
function manifests(total: number): string {
  const documents = Array.from({ length: total }, (_, index) => {
    const app = Math.floor(index / 5)
    return templates[index % templates.length]?.(`app-${app}`, `team-${app % 20}`) ?? ''
  })
  return documents.join('---\n')
}

const templates: readonly ((name: string, namespace: string) => string)[] = [
  (name, namespace) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app.kubernetes.io/name: ${name} # the app
spec:
  replicas: 2
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
    spec:
      containers:
        - name: web
          image: registry.example/shop/${name}:1.4.2
          args: ["--listen", ":8080"]
          env:
            - name: GREETING
              value: "hello world"
          ports:
            - name: http
              containerPort: 8080
          readinessProbe:
            httpGet:
              path: /healthz
              port: http
          resources:
            requests:
              cpu: 50m
              memory: 64Mi
            limits:
              memory: 128Mi
`,
  (name, namespace) => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  selector:
    app.kubernetes.io/name: ${name}
  ports:
    - name: http
      port: 80
      targetPort: http
`,
  (name, namespace) => `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  ingressClassName: internal
  rules:
    - host: ${name}.example.org
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: ${name}
                port:
                  name: http
`,
  (name, namespace) => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  namespace: ${namespace}
data:
  settings.ini: |
    [shop]
    name = ${name}

    [log]
    level = info
`,
  (name, namespace) => `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  ingress:
    - from:
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: network
      ports:
        - port: 8080
`,
]

const text = manifests(count)
const start = performance.now()
const { objects, diagnostics } = decodeManifests([{ file: 'bench.yaml', text }])
const ms = performance.now() - start
if (objects.length !== count || diagnostics.length > 0)
  throw new Error(`decoded ${objects.length} of ${count} objects: ${JSON.stringify(diagnostics[0])}`)
console.log(ms)
