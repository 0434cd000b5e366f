// Everything that is checked together, by kind, and the way from an object's field to the user's file.
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { KindRef } from '../../objects/kind.ts'
import { describeObject, type KubeObject } from '../../objects/object.ts'
import type { Site } from '../../site/site.ts'
import type { Entry, FieldPath, Inventory } from './rule.ts'

export function takeInventory(entries: readonly Entry[], site: Site | undefined): Inventory {
  const byKind = new Map<string, Entry[]>()
  for (const entry of entries) {
    const id = kindId(entry.object)
    const known = byKind.get(id)
    if (known === undefined) byKind.set(id, [entry])
    else known.push(entry)
  }
  return {
    site,
    // The entries of a kind hold objects of that kind's type: decode has checked them against its schema.
    of: <T extends KubeObject>(kind: KindRef) =>
      (byKind.get(`${kind.group}/${kind.kind}`) ?? []) as unknown as readonly Entry<T>[],
  }
}

/** A diagnostic about a field of an object, with its place when the user wrote it. */
export function finding(
  entry: Entry,
  path: FieldPath,
  diagnostic: Omit<Diagnostic, 'position' | 'object'>,
): Diagnostic {
  return {
    ...diagnostic,
    object: describeObject(entry.object),
    ...(entry.positionOf === undefined ? {} : { position: entry.positionOf(path) }),
  }
}

/** By group and kind: versions of a kind hold the same objects. */
function kindId({ apiVersion, kind }: KubeObject): string {
  const slash = apiVersion.indexOf('/')
  return `${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind}`
}
