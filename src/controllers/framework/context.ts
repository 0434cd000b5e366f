// What does every controller get from the world? An API, a clock, chance, and an end; nothing else.
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../client/clock.ts'
import { type Informer, startInformer } from '../../client/informer.ts'
import type { KindRef } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/object.ts'

export interface ControllerOptions {
  readonly client: Client
  readonly clock: Clock
  /** Uniform in [0, 1), as Math.random. */
  readonly random: () => number
  /** Ends everything that was started with these options. */
  readonly signal: AbortSignal
  /** Shared when several controllers run in one process; each starts its own otherwise. */
  readonly informers?: Informers
  /** Told of failed reconciles and interrupted watches, which are retried; for the daemon's log. */
  readonly onProblem?: (problem: Problem) => void
}

export interface Problem {
  /** Who met it, such as `deployment` or `watch pods`. */
  readonly where: string
  /** Key of the object at hand. */
  readonly key?: string
  readonly error: unknown
  readonly againInMs: number
}

/** One informer per kind, however many controllers ask for it. */
export interface Informers {
  of<T extends KubeObject>(kind: KindRef): Informer<T>
  /** Undefined when nobody has asked for the kind. */
  existing<T extends KubeObject>(kind: KindRef): Informer<T> | undefined
}

export function createInformers(options: Omit<ControllerOptions, 'random' | 'informers'>): Informers {
  const { client, clock, signal, onProblem } = options
  // The type parameter is forgotten in the map and comes back with the kind, which stands for exactly one type.
  const running = new Map<string, unknown>()
  const idOf = (kind: KindRef) => `${kind.plural}.${kind.group}/${kind.version}`
  const existing = <T extends KubeObject>(kind: KindRef) => running.get(idOf(kind)) as Informer<T> | undefined
  return {
    existing,
    of<T extends KubeObject>(kind: KindRef): Informer<T> {
      const held = existing<T>(kind)
      if (held !== undefined) return held
      const informer = startInformer<T>(client, kind, {
        clock,
        signal,
        // Controllers may come in any order: what another has fetched already is news to them.
        replay: true,
        onInterruption: (error, againInMs) => onProblem?.({ where: `watch ${kind.plural}`, error, againInMs }),
      })
      running.set(idOf(kind), informer)
      return informer
    },
  }
}

/** The options with informers of its own when none were given. */
export function withInformers<O extends ControllerOptions>(options: O): O & { readonly informers: Informers } {
  return { ...options, informers: options.informers ?? createInformers(options) }
}
