// How soon after `kubectl apply` does a new app answer the laptop, and how soon after `kubectl delete` no more?
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench-context.ts'
import { BenchLab } from '../lab/bench-lab.ts'
import { scenarios } from '../lab/scenarios.ts'
import { monotonicMs, watchUrls } from '../lab/url-watch.ts'
import type { Measurement } from '../measurement.ts'

const rounds = 7
const settleMs = 500
const note =
  'apply: from the line in which kubectl says that the last object is there (or gone), to the answer the laptop gets, which resolves the ' +
  'name, connects to the load-balancer address and goes through NGINX to the pod.'

export async function apply(bench: Bench): Promise<readonly Measurement[]> {
  const [anton] = scenarios
  if (anton === undefined) throw new Error('no scenario')
  bench.note('apply: anton')
  await using lab = await BenchLab.start({ ...anton, bench })
  using watch = watchUrls(bench, lab)
  const toGood: number[] = []
  const toGone: number[] = []
  for (let round = 0; round < rounds; round++) {
    const name = `bench-${round}`
    const url = `http://${name}.anton.example/`
    await watch.becomes('gone', url)
    toGood.push(await timeOf('good', url, () => acknowledged(lab, ['apply', '-f', '-'], manifests(name))))
    // Workers of the configuration before may still answer for a moment, and must not be taken for the end.
    await sleep(settleMs)
    toGone.push(await timeOf('gone', url, () => acknowledged(lab, ['delete', 'ingress', name, '--wait=false'])))
    await lab.kubectl(['delete', 'deployment,service', name, '--wait=false'])
  }
  async function timeOf(wanted: 'good' | 'gone', url: string, change: () => Promise<number>): Promise<number> {
    // It asks before, while and after kubectl works, so nothing is missed.
    const seen = watch.becomes(wanted, url)
    const changedAt = await change()
    return Math.max(0, (await seen) - changedAt)
  }
  const common = { row: 'apply', unit: 'ms', better: 'less', target: { must: 1000, strive: 200 }, note } as const
  return [
    { ...common, what: 'kubectl apply of Deployment, Service, Ingress → first 200', samples: toGood },
    { ...common, what: 'kubectl delete of the Ingress → no 200 any more', samples: toGone },
  ]
}

/** The moment at which kubectl printed its last line. */
async function acknowledged(lab: BenchLab, args: readonly string[], input = ''): Promise<number> {
  let lastLineAt = 0
  await lab.kubectl(args, {
    input,
    onOutput: () => {
      lastLineAt = monotonicMs()
    },
  })
  return lastLineAt
}

function manifests(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: default }
spec:
  replicas: 1
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: web
          image: ghcr.io/example/web:1.0
          ports: [{ name: http, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /, port: http } }
---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: default }
spec:
  selector: { app: ${name} }
  ports: [{ name: http, port: 80, targetPort: http }]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: ${name}, namespace: default }
spec:
  ingressClassName: internal
  rules:
    - host: ${name}.anton.example
      http:
        paths: [{ path: /, pathType: Prefix, backend: { service: { name: ${name}, port: { name: http } } } }]
`
}
