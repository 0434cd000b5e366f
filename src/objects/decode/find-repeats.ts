// Which objects are written twice?
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { DecodedObject } from '../decode.ts'
import { describeObject } from '../object.ts'

/** The same group, kind, namespace and name; a namespace that is not written is `default`. */
export function findRepeats(objects: readonly DecodedObject[]): Diagnostic[] {
  const first = new Map<string, DecodedObject>()
  const diagnostics: Diagnostic[] = []
  for (const decoded of objects) {
    const { object, definition } = decoded
    if (!object.metadata.name) continue
    const namespace = definition.namespaced ? (object.metadata.namespace ?? 'default') : ''
    const key = `${definition.group}/${definition.kind}/${namespace}/${object.metadata.name}`
    const earlier = first.get(key)
    if (earlier === undefined) {
      first.set(key, decoded)
      continue
    }
    const at = earlier.positionOf(['metadata', 'name'])
    diagnostics.push({
      code: 'FW108',
      severity: 'error',
      message: `${describeObject(object)} is already defined at ${at.file}:${at.line}:${at.column}`,
      why: 'When both are applied, the later one overwrites the earlier one.',
      fix: 'delete one of them, or give it another name',
      position: decoded.positionOf(['metadata', 'name']),
      object: describeObject(object),
    })
  }
  return diagnostics
}
