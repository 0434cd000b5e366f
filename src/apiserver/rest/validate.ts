// Whether an object may be stored: schema, kind rules and immutable metadata, all problems at once.
import type { FieldProblem } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/object.ts'
import { forbidden as forbiddenField, invalid as invalidField } from '../../objects/problems.ts'
import type { Call } from './api.ts'
import { invalid } from './errors.ts'
import type { ServedKind } from './served-kinds.ts'
import { schemaProblems } from './structure.ts'

export interface Validation {
  readonly call: Call
  readonly old?: KubeObject
  /** What came in fitted the schema already, and defaults keep it fitting. */
  readonly sound: boolean
}

export function validate(served: ServedKind, object: KubeObject, { call, old, sound }: Validation): void {
  const problems: FieldProblem[] = [
    ...(sound ? [] : schemaProblems(served, object)),
    ...(served.definition.validate?.(object, old) ?? []),
    ...(old === undefined ? [] : checkMetadataChange(object, old)),
  ]
  for (const problem of problems) {
    if (problem.severity === 'warning') call.warn(`${problem.path.join('.')}: ${problem.message}`)
  }
  if (problems.some(problem => problem.severity === 'error')) {
    throw invalid(served.definition, object.metadata.name, problems)
  }
}

function checkMetadataChange(object: KubeObject, old: KubeObject): FieldProblem[] {
  if (old.metadata.deletionTimestamp === undefined) return []
  const before = new Set(old.metadata.finalizers ?? [])
  const added = (object.metadata.finalizers ?? []).filter(finalizer => !before.has(finalizer))
  if (added.length === 0) return []
  const list = added.map(finalizer => JSON.stringify(finalizer)).join(', ')
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`
  return [forbiddenField(['metadata', 'finalizers'], why)]
}

export function mustNameVersion(served: ServedKind, name: string): never {
  const problem = invalidField(['metadata', 'resourceVersion'], 0, 'must be specified for an update')
  throw invalid(served.definition, name, [{ ...problem, message: problem.message.replace('0:', '0x0:') }])
}
