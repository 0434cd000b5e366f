// Whether an object has the fields of its kind, of the right types.
import type { FieldProblem } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/object.ts'
import type { Call } from './api.ts'
import type { ServedKind } from './served-kinds.ts'

export function checkStructure(_served: ServedKind, object: KubeObject, _call: Call): KubeObject {
  return object
}

export function schemaProblems(_served: ServedKind, _object: KubeObject): readonly FieldProblem[] {
  return []
}
