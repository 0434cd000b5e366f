// What a rule of `fairway check` is: one question to everything the user wrote.
import type { Diagnostic, Position } from '../../diagnostics/diagnostic.ts'
import type { KindRef } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/object.ts'
import type { Site } from '../../site/site.ts'

export type FieldPath = readonly (string | number)[]

export interface Rule {
  readonly code: Diagnostic['code']
  /** A sentence that says what is wrong in general. */
  readonly title: string
  check(input: Inventory): Iterable<Diagnostic>
}

/** Every object of the input by kind; objects that the site stands for have no place in a file. */
export interface Inventory {
  readonly site: Site | undefined
  of<T extends KubeObject>(kind: KindRef): readonly Entry<T>[]
}

export interface Entry<T extends KubeObject = KubeObject> {
  readonly object: T
  /** Undefined for an object that the site stands for. */
  readonly positionOf: ((path: FieldPath) => Position) | undefined
}
