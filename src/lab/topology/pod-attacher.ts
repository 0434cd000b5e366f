// How are hundreds of pods joined to their nodes without holding up everybody else? On a thread of their own.
import { Worker } from 'node:worker_threads'
import type { Address } from '../../net/address.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import { openNamespace } from '../../sys/netns.ts'
import { attachPod, type NodeEnd, type PodAttachment } from './pods.ts'

export interface AttachRequest {
  readonly id: number
  readonly node: { readonly namespace: string; readonly addresses: readonly Address[] }
  readonly pod: PodAttachment
}

export interface AttachAnswer {
  readonly id: number
  /** What went wrong; absent when nothing did. */
  readonly failure?: string
}

/** A thread takes 15 MB and 70 ms to start, so few pods do without it. */
const floodPods = 30
const floodMs = 1000
/** With nothing to do for so long it ends. */
const idleMs = 3000

/** As `attachPod`, which it is for as long as pods come slowly. */
export function createPodAttacher(): (node: NodeEnd, pod: PodAttachment) => Promise<NetNamespace> {
  let thread: AttachThread | undefined
  let count = 0
  let countedFrom = Number.NEGATIVE_INFINITY
  return (node, pod) => {
    const now = performance.now()
    if (now - countedFrom > floodMs) {
      countedFrom = now
      count = 0
    }
    if (++count > floodPods) thread ??= new AttachThread(() => (thread = undefined))
    return thread?.isUp === true ? thread.attach(node, pod) : attachPod(node, pod)
  }
}

class AttachThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, { readonly resolve: () => void; readonly reject: (error: Error) => void }>()
  #lastId = 0
  #idle: NodeJS.Timeout | undefined
  isUp = false

  constructor(onEnd: () => void) {
    const file = import.meta.url.endsWith('.ts') ? './attach-thread.ts' : './attach-thread.js'
    this.#worker = new Worker(new URL(file, import.meta.url), {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    })
    this.#worker.unref()
    this.#worker.once('online', () => {
      this.isUp = true
      this.#endWhenIdle()
    })
    this.#worker.on('message', (answer: AttachAnswer) => this.#take(answer))
    const end = (why: string) => {
      this.isUp = false
      clearTimeout(this.#idle)
      onEnd()
      for (const { reject } of this.#waiting.values()) reject(new Error(why))
      this.#waiting.clear()
    }
    this.#worker.once('error', error => end(`the thread that makes pods' networks has failed: ${String(error)}`))
    this.#worker.once('exit', () => end("the thread that makes pods' networks has ended"))
  }

  async attach(node: NodeEnd, pod: PodAttachment): Promise<NetNamespace> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const id = ++this.#lastId
    this.#waiting.set(id, { resolve, reject })
    clearTimeout(this.#idle)
    const request: AttachRequest = { id, node: { namespace: node.namespace.name, addresses: node.addresses }, pod }
    this.#worker.postMessage(request)
    await promise
    return openNamespace(pod.name)
  }

  #take({ id, failure }: AttachAnswer): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (failure === undefined) waiting?.resolve()
    else waiting?.reject(new Error(failure))
    if (this.#waiting.size === 0) this.#endWhenIdle()
  }

  #endWhenIdle(): void {
    clearTimeout(this.#idle)
    this.#idle = setTimeout(() => {
      // No more is sent to it from here on.
      this.isUp = false
      void this.#worker.terminate()
    }, idleMs)
    this.#idle.unref()
  }
}
