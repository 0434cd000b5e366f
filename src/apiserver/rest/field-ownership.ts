// Who owns which field, kept in `metadata.managedFields` on every write.
import type { KubeObject } from '../../objects/object.ts'
import type { Api, Call } from './api.ts'
import type { ServedKind } from './served-kinds.ts'

export interface TrackedWrite {
  readonly object: KubeObject
  readonly old?: KubeObject
  readonly subresource?: string
  readonly call: Call
}

export function trackFields(_api: Api, _served: ServedKind, write: TrackedWrite): KubeObject {
  return write.object
}
