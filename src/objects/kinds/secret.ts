// What a Secret is, and what the API server defaults, checks and prints of it.
import type { KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface Secret extends KubeObject {
  readonly type?: string
  /** Values in base64. */
  readonly data?: Readonly<Record<string, string>>
  /** Plain values of a request; the API server moves them to `data`. */
  readonly stringData?: Readonly<Record<string, string>>
  readonly immutable?: boolean
}

export const secrets = defineKind<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.Secret',
})
