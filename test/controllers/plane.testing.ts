// An embedded API server with chosen controllers, and a node agent that says every bound pod is running.
import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ApiServer } from '../../src/apiserver/api-server.ts'
import type { Client } from '../../src/client/client.ts'
import { systemClock } from '../../src/client/clock.ts'
import { embeddedClient } from '../../src/client/embedded.ts'
import { startInformer } from '../../src/client/informer.ts'
import { type ControlPlaneOptions, controlPlane } from '../../src/controllers/controllers.ts'
import { createInformers, type Problem } from '../../src/controllers/framework/context.ts'
import type { Controller } from '../../src/controllers/framework/controller.ts'
import { type Namespace, namespaces } from '../../src/objects/kinds/namespace.ts'
import { type Node, nodes } from '../../src/objects/kinds/node.ts'
import { type Pod, pods } from '../../src/objects/kinds/pod.ts'

export interface Plane extends AsyncDisposable {
  readonly client: Client
  readonly problems: readonly Problem[]
  /** Turns the event loop until the check no longer throws; fails with its last error after `timeoutMs`. */
  eventually<T>(check: () => T | Promise<T>, timeoutMs?: number): Promise<T>
}

export interface PlaneOptions {
  readonly nodes?: readonly string[]
  readonly controllers?: readonly ((options: ControlPlaneOptions) => Controller)[]
  /** Bound pods become ready by themselves, and terminating ones go; default true. */
  readonly runsPods?: boolean
  readonly graceMs?: number
}

export async function startPlane(options: PlaneOptions = {}): Promise<Plane> {
  const api = ApiServer.open({ database: ':memory:', now: Date.now, randomUUID, serviceCidrs: ['10.96.0.0/16'] })
  const client = embeddedClient(api)
  const stop = new AbortController()
  const problems: Problem[] = []
  const world: ControlPlaneOptions = {
    client,
    clock: systemClock,
    random: Math.random,
    signal: stop.signal,
    rootCertificate: 'PEM',
    graceMs: options.graceMs ?? 40_000,
    onProblem: problem => problems.push(problem),
  }
  for (const name of ['default', 'kube-node-lease']) await client.create(namespaces, namespaceOf(name))
  for (const name of options.nodes ?? ['node-a', 'node-b', 'node-c']) await client.create(nodes, readyNode(name))
  const informers = createInformers(world)
  const running = (options.controllers ?? controlPlane).map(start => start({ ...world, informers }))
  if (options.runsPods ?? true) runPods(client, stop.signal)
  await Promise.all(running.map(controller => controller.synced))
  return {
    client,
    problems,
    async eventually(check, timeoutMs = 3_000) {
      const end = Date.now() + timeoutMs
      for (;;) {
        try {
          return await check()
        } catch (error) {
          if (Date.now() > end) throw error
        }
        await delay(2)
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await Promise.all(running.map(controller => controller[Symbol.asyncDispose]()))
      await api.close()
    },
  }
}

export function namespaceOf(name: string): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
}

export function readyNode(name: string, labels: Record<string, string> = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    status: { conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '2026-01-01T00:00:00Z' }] },
  }
}

/** The least that a node agent does: an address and readiness, and letting go of pods that are deleted. */
function runPods(client: Client, signal: AbortSignal): void {
  let next = 10
  startInformer<Pod>(client, pods, { signal }).onChange(({ after: pod }) => {
    if (pod?.spec?.nodeName === undefined) return
    const { name, namespace = '' } = pod.metadata
    if (pod.metadata.deletionTimestamp !== undefined) {
      void client.delete(pods, { name, namespace }, { gracePeriodSeconds: 0 }).catch(() => undefined)
      return
    }
    if (pod.status?.podIP !== undefined || pod.metadata.annotations?.['test/holds'] === 'true') return
    const address = `10.244.${next >> 8}.${next++ & 255}`
    const now = `${new Date().toISOString().slice(0, 19)}Z`
    const status = {
      phase: pod.metadata.annotations?.['test/ends'] ?? 'Running',
      podIP: address,
      podIPs: [{ ip: address }],
      conditions: [
        {
          type: 'Ready',
          status: pod.metadata.annotations?.['test/ends'] === undefined ? 'True' : 'False',
          lastTransitionTime: now,
        },
      ],
    }
    const body = { type: 'merge', patch: { status } } as const
    void client.patch(pods, { name, namespace }, body, { subresource: 'status' }).catch(() => undefined)
  })
}
