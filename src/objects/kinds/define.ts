// How a kind is declared: what every kind shares is filled in, the file of the kind says the rest.
import type { Column, FieldProblem, KindDefinition } from '../kind.ts'
import { checkMetadata, type NameRule } from '../metadata.ts'
import type { KubeObject } from '../object.ts'
import { ageColumn, nameColumn } from './columns.ts'

export interface KindDeclaration<T extends KubeObject> {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  readonly schema: string
  readonly singular?: string
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly alsoServed?: readonly string[]
  readonly hasStatus?: boolean
  readonly scale?: NonNullable<KindDefinition['scale']>
  readonly verbs?: readonly string[]
  /** Which names are allowed; a DNS subdomain when absent. */
  readonly name?: NameRule
  readonly defaults?: (object: T) => T
  /** Checks beyond the schema and the metadata. */
  readonly check?: (object: T, old?: T) => readonly FieldProblem[]
  /** The columns between NAME and AGE, and those after; absent means only NAME and AGE. */
  readonly columns?: readonly Column<T>[]
  readonly fields?: (object: T) => Readonly<Record<string, string>>
}

export function defineKind<T extends KubeObject>(declaration: KindDeclaration<T>): KindDefinition<T> {
  const { name: nameRule = 'subdomain', check, defaults, columns, fields, ...rest } = declaration
  return {
    singular: declaration.kind.toLowerCase(),
    listKind: `${declaration.kind}List`,
    shortNames: [],
    categories: [],
    hasStatus: false,
    ...rest,
    defaults: defaults ?? (object => object),
    validate: (object, old) => [
      ...checkMetadata(object.metadata, { nameRule, namespaced: declaration.namespaced }),
      ...(check?.(object, old) ?? []),
    ],
    columns: columns ?? [nameColumn, ageColumn],
    ...(fields === undefined ? {} : { fields }),
  }
}
