// Which fields can be owned through which endpoint: identity never, status only through its subresource.
import { below, difference, emptySet, type FieldSet, setOf } from './field-set.ts'

/** Set by the server, or the identity of the object: these never appear in managedFields. */
const unowned = setOf([
  ['f:apiVersion'],
  ['f:kind'],
  ['f:metadata'],
  ...[
    'creationTimestamp',
    'generation',
    'managedFields',
    'name',
    'namespace',
    'resourceVersion',
    'selfLink',
    'uid',
  ].map(name => ['f:metadata', `f:${name}`]),
])

export interface Endpoint {
  readonly subresource?: string | undefined
  /** Whether the kind has a status subresource; then a write to the object itself cannot own the status. */
  readonly hasStatus?: boolean | undefined
}

export function ownableFields(fields: FieldSet, endpoint: Endpoint): FieldSet {
  if (endpoint.subresource === 'status') {
    const status = below(fields, 'f:status')
    return fields['f:status'] === undefined ? emptySet : { 'f:status': status }
  }
  const ownable = difference(fields, unowned)
  if (endpoint.hasStatus !== true || ownable['f:status'] === undefined) return ownable
  const { 'f:status': _status, ...rest } = ownable
  return rest
}
