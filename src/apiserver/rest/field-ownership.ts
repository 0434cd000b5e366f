// Who owns which field, kept in `metadata.managedFields` on every write.
import type { KubeObject } from '../../objects/object.ts'
import type { FieldSchema } from '../patch/field-schema.ts'
import { updateManagedFields } from '../patch/update.ts'
import type { Api, Call } from './api.ts'
import { expandedSchema } from './expanded-schema.ts'
import type { ServedKind } from './served-kinds.ts'

export interface TrackedWrite {
  readonly object: KubeObject
  readonly old?: KubeObject
  readonly subresource?: string
  readonly call: Call
}

export function trackFields(api: Api, served: ServedKind, write: TrackedWrite): KubeObject {
  return updateManagedFields({
    before: write.old,
    after: write.object,
    manager: write.call.fieldManager,
    now: api.now(),
    schema: patchSchema(served),
    subresource: write.subresource,
    hasStatus: served.definition.hasStatus,
  })
}

/** The schema as patches walk it. */
export function patchSchema(served: ServedKind): FieldSchema | undefined {
  const schema = served.schema()
  return schema === undefined ? undefined : expandedSchema(schema)
}
