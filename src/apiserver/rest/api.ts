// What every REST verb works with, and what it must know of the one who asks.
import type { KubeObject } from '../../objects/object.ts'
import { formatTime } from '../../objects/time.ts'
import type { Store } from '../store/store.ts'
import type { ServedKind, ServedKinds } from './served-kinds.ts'

export interface Api {
  readonly store: Store
  readonly kinds: ServedKinds
  /** ms since the epoch. */
  readonly now: () => number
  readonly randomUUID: () => string
  /** What the server adds to and checks of objects beyond their kind, by collection (`services`, `pods` …). */
  readonly admission: ReadonlyMap<string, Admission>
}

export interface User {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** How one write was asked for. */
export interface Call {
  readonly user: User
  readonly fieldManager: string
  readonly dryRun: boolean
  readonly fieldValidation: FieldValidation
  /** Becomes a `Warning` header, which kubectl prints. */
  readonly warn: (message: string) => void
}

/** Refuses by throwing `ApiError`. Both run before validation and must not change what they were given. */
export interface Admission {
  create?(object: KubeObject, call: Call): KubeObject
  update?(object: KubeObject, old: KubeObject, call: Call): KubeObject
  /** Called before anything is deleted. */
  remove?(object: KubeObject, call: Call): void
}

/** RFC 3339 with seconds, as metav1.Time is written. */
export function timestamp(api: Api, offsetMs = 0): string {
  return formatTime(api.now() + offsetMs)
}

export function storageKey(served: ServedKind, key: { readonly namespace?: string; readonly name: string }): string {
  return served.definition.namespaced ? `${key.namespace ?? ''}/${key.name}` : key.name
}
