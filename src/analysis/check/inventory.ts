// Everything that is checked together, by kind, and the way from an object's field to the user's file.
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { KindRef } from '../../objects/kind.ts'
import { describeObject, type KubeObject } from '../../objects/object.ts'
import { fieldText } from '../../objects/problems.ts'
import type { Site } from '../../site/site.ts'
import { normalForm } from './normal-form.ts'
import type { Entry, FieldPath, Inventory, Source } from './rule.ts'

export interface Everything {
  readonly site?: Site | undefined
  /** Of kinds that Fairway knows. */
  readonly objects: readonly Source[]
  /** Of kinds that it does not know. */
  readonly foreign?: readonly KubeObject[]
}

/** Kinds whose objects bring in others from elsewhere: charts, other repositories. */
const makers = new Set(['HelmRelease', 'HelmChart', 'Kustomization', 'Application', 'ApplicationSet'])

export function takeInventory({ site, objects, foreign = [] }: Everything): Inventory {
  const byKind = new Map<string, Entry[]>()
  for (const { object, positionOf, isOfSite = false } of objects) {
    const id = kindId(object)
    const entry: Entry = { object: normalForm(object), written: object, positionOf, isOfSite }
    const known = byKind.get(id)
    if (known === undefined) byKind.set(id, [entry])
    else known.push(entry)
  }
  let named: ReadonlyMap<string, KubeObject> | undefined
  return {
    site,
    isWhole: site !== undefined && !foreign.some(({ kind }) => makers.has(kind)),
    // The entries of a kind hold objects of that kind's type: decode has checked them against its schema.
    of: <T extends KubeObject>(kind: KindRef) =>
      (byKind.get(`${kind.group}/${kind.kind}`) ?? []) as unknown as readonly Entry<T>[],
    foreignNaming: text => {
      named ??= textsIn(foreign)
      return named.get(text)
    },
  }
}

/** A diagnostic about a field of an object, with its place when the user wrote it. */
export function finding(
  entry: Entry,
  path: FieldPath,
  diagnostic: Omit<Diagnostic, 'position' | 'object' | 'field'>,
): Diagnostic {
  return {
    ...diagnostic,
    object: describeObject(entry.object),
    field: fieldText(path),
    ...(entry.positionOf === undefined ? {} : { position: entry.positionOf(path) }),
  }
}

/** Whether the user wrote the field, rather than leaving it to a default. */
export function isWritten({ written }: Entry, path: FieldPath): boolean {
  let at: unknown = written
  for (const part of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return false
    at = (at as Record<string | number, unknown>)[part]
  }
  return at !== undefined && at !== null
}

/** ` (manifests/web.yaml:12)` for a message that mentions another object; empty when it has no place. */
export function whereIs({ positionOf }: Entry, path: FieldPath): string {
  const position = positionOf?.(path)
  return position === undefined ? '' : ` (${position.file}:${position.line})`
}

/** By group and kind: versions of a kind hold the same objects. */
function kindId({ apiVersion, kind }: KubeObject): string {
  const slash = apiVersion.indexOf('/')
  return `${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind}`
}

function textsIn(objects: readonly KubeObject[]): ReadonlyMap<string, KubeObject> {
  const texts = new Map<string, KubeObject>()
  const collect = (value: unknown, object: KubeObject): void => {
    if (typeof value === 'string') {
      if (!texts.has(value)) texts.set(value, object)
    } else if (typeof value === 'object' && value !== null) {
      for (const item of Object.values(value)) collect(item, object)
    }
  }
  for (const object of objects) collect(object, object)
  return texts
}
