// What a Secret is, and what the API server defaults, checks and prints of it.

import { encodeText } from '../base64.ts'
import { checkSecret } from '../checks/config-data.ts'
import { fill } from '../fill.ts'
import type { KubeObject } from '../object.ts'
import { ageColumn, column, nameColumn } from './columns.ts'
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
  defaults: secret => fill(withEncodedStrings(secret), { type: 'Opaque' }),
  check: checkSecret,
  columns: [
    nameColumn,
    column('Type', secret => secret.type ?? ''),
    column('Data', secret => Object.keys(secret.data ?? {}).length, 'integer'),
    ageColumn,
  ],
  fields: secret => ({ type: secret.type ?? '' }),
})

/** `stringData` is write-only: it moves to `data`, over what is there. */
function withEncodedStrings(secret: Secret): Secret {
  const { stringData, ...rest } = secret
  if (stringData === undefined) return secret
  const encoded = Object.entries(stringData ?? {}).map(([key, text]) => [key, encodeText(text)])
  return { ...rest, data: { ...secret.data, ...Object.fromEntries(encoded) } }
}
