// Where did the user write an object?
import type { Position } from '../../diagnostics/diagnostic.ts'
import { kinds } from '../../objects/registry.ts'
import type { FieldPath, Inventory } from '../check/rule.ts'
import type { ObjectName, TraceWorld } from './world.ts'

export function locator(input: Inventory): TraceWorld['locate'] {
  let positions: Map<string, (path: FieldPath) => Position> | undefined
  return ({ kind, key }: ObjectName, path) => {
    positions ??= new Map(
      kinds.flatMap(definition =>
        input.of(definition).flatMap(({ object, positionOf }) => {
          const { namespace, name } = object.metadata
          const id = `${object.kind} ${namespace === undefined ? name : `${namespace}/${name}`}`
          return positionOf === undefined ? [] : [[id, positionOf] as const]
        }),
      ),
    )
    return positions.get(`${kind} ${key}`)?.(path)
  }
}
