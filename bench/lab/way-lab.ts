// The lab in which ways to a pod are compared: who announces an address, pods on chosen nodes, real servers inside them.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Service } from '../../src/objects/kinds/service.ts'
import type { Bench } from '../bench-context.ts'
import { BenchLab } from './bench-lab.ts'
import { processesInNetworkOf } from './processes.ts'

/** The benchmark has two processors at least: one carries the proxies, the other the load and what is behind. */
export const processors = { proxies: 0, load: 0, servers: 1 } as const

export interface PlacedPod {
  readonly namespace: string
  readonly name: string
  readonly address: string
}

export const nodes = ['node-1', 'node-2', 'node-3'] as const
/** Where `serveStatic` listens: a port that no stand-in has. */
export const staticPort = 9000
/** Where the stand-in listens. */
export const standInPort = 8080

const patienceMs = 10_000

export function startWayLab(bench: Bench): Promise<BenchLab> {
  return BenchLab.start({ bench, name: 'ways', folder: 'bench/scenario', url: 'http://ready.bench.example/' })
}

export function balancerManifest(
  name: string,
  selector: string,
  ports: readonly (readonly [number, number])[],
): string {
  const list = ports.map(([port, target]) => `{ name: p${port}, port: ${port}, targetPort: ${target} }`)
  return `apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { type: LoadBalancer, selector: { ${selector} }, ports: [${list.join(', ')}] }
---
`
}

export async function balancerAddress(lab: BenchLab, name: string, namespace = 'default'): Promise<string> {
  return await eventually(`an address of Service ${name}`, async () => {
    const service = await lab.read<Service>(['service', name, '-n', namespace])
    return service.status?.loadBalancer?.ingress?.[0]?.ip
  })
}

/** The node that holds the address: announced addresses stand on loopback. */
export async function announcerOf(lab: BenchLab, address: string): Promise<string> {
  return await eventually(`a node that announces ${address}`, async () => {
    for (const node of nodes) {
      const { stdout } = await lab.exec(node, ['ip', '-o', 'address', 'show', 'dev', 'lo'])
      if (stdout.includes(` ${address}/`)) return node
    }
    return undefined
  })
}

/** A stand-in on that node. */
export async function placePod(lab: BenchLab, name: string, node: string): Promise<PlacedPod> {
  const input = `apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  nodeName: ${node}
  containers: [{ name: web, image: ghcr.io/example/web:1.0, ports: [{ containerPort: ${standInPort} }] }]
`
  await lab.kubectl(['apply', '-f', '-'], { input })
  await lab.kubectl(['wait', '--for=condition=Ready', `pod/${name}`, '--timeout=10s'])
  const { stdout } = await lab.kubectl(['get', 'pod', name, '-o', 'jsonpath={.status.podIP}'])
  return { namespace: 'default', name, address: stdout }
}

/** A real NGINX in the pod's network that answers every request with the same few bytes. */
export function serveStatic(bench: Bench, lab: BenchLab, pod: PlacedPod): void {
  const directory = join(bench.directory, `static-${pod.name}`)
  const text = `daemon off; user root; worker_processes 1; error_log stderr error; pid ${directory}.pid;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000;
  client_body_temp_path ${directory}.1; proxy_temp_path ${directory}.2; fastcgi_temp_path ${directory}.3;
  uwsgi_temp_path ${directory}.4; scgi_temp_path ${directory}.5;
  server { listen ${staticPort} backlog=4096; location / { default_type text/plain; return 200 "${'x'.repeat(128)}"; } }
}
`
  writeFileSync(`${directory}.conf`, text)
  startPinned(lab, pod, { processor: processors.servers, argv: ['nginx', '-c', `${directory}.conf`] })
}

export function startPinned(
  lab: BenchLab,
  pod: Pick<PlacedPod, 'namespace' | 'name'>,
  program: { readonly processor: number; readonly argv: readonly string[] },
): void {
  lab.startInPod(pod, ['taskset', '-c', `${program.processor}`, ...program.argv])
}

export function processesIn(lab: BenchLab, pod: Pick<PlacedPod, 'namespace' | 'name'>): readonly number[] {
  return processesInNetworkOf(lab.networkOf(pod))
}

/** Until the laptop gets a 200. */
export async function answers(lab: BenchLab, url: string, host?: string): Promise<void> {
  const header = host === undefined ? [] : ['-H', `Host: ${host}`]
  const curl = ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', '1', ...header, url]
  await eventually(`a 200 from ${url}`, async () => {
    // curl ends with an error as long as nobody listens.
    const { stdout } = await lab.exec('laptop', ['sh', '-c', '"$@" || true', 'sh', ...curl])
    return stdout === '200' ? true : undefined
  })
}

async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`waited ${patienceMs} ms in vain for ${what}`)
    await sleep(50)
  }
}
