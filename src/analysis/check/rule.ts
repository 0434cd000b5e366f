// What a rule of `fairway check` is: one question to everything the user wrote.
import type { Code } from '../../diagnostics/codes.ts'
import type { Diagnostic, Position } from '../../diagnostics/diagnostic.ts'
import type { KindRef } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/object.ts'
import type { Site } from '../../site/site.ts'

export type FieldPath = readonly (string | number)[]

/** Pure: the same inventory gives the same findings. What they mean in general stands in the table of codes. */
export interface Rule {
  /** Every code that it may report, the one it is named after first. */
  readonly codes: readonly [Code, ...Code[]]
  check(input: Inventory): Iterable<Diagnostic>
}

/** Every object of the input by kind, in the order of files and documents, then those that the site stands for. */
export interface Inventory {
  readonly site: Site | undefined
  /**
   * Whether the input is all there is: it holds a Site, and nothing that brings in more, such as a HelmRelease. Only then does
   * "not here" mean "does not exist"; otherwise it may be in the cluster already.
   */
  readonly isWhole: boolean
  of<T extends KubeObject>(kind: KindRef): readonly Entry<T>[]
  /** An object of a kind that Fairway does not know and that names this text somewhere: it may well make what is missing. */
  foreignNaming(text: string): KubeObject | undefined
}

export interface Entry<T extends KubeObject = KubeObject> {
  /** In normal form: nulls taken out, the API server's defaults filled in. */
  readonly object: T
  /** As it was written. */
  readonly written: KubeObject
  /** Undefined for an object that has no place in a file. */
  readonly positionOf: ((path: FieldPath) => Position) | undefined
  /** The site stands for it; `positionOf` then leads to the site's file. */
  readonly isOfSite: boolean
}

/** What an inventory is taken of. */
export interface Source {
  readonly object: KubeObject
  readonly positionOf?: (path: FieldPath) => Position
  readonly isOfSite?: boolean
}
