// What `check` judges: the user's objects, and those the site stands for.
import { takeInventory } from '../analysis/check/inventory.ts'
import type { FieldPath, Inventory, Source } from '../analysis/check/rule.ts'
import type { KubeObject } from '../objects/object.ts'
import { expandSite } from '../site/expand/expand.ts'
import type { Site } from '../site/site.ts'
import type { LoadedInput } from './load-input.ts'

export function inventoryOf({ site, positionInSite, objects, skipped }: LoadedInput): Inventory {
  const expanded = site === undefined ? [] : expandSite(site)
  return takeInventory({
    site,
    objects: [
      ...objects,
      ...expanded.map((object): Source => {
        const path = site === undefined ? [] : originOf(object, site)
        const positionOf = positionInSite && (() => positionInSite(path))
        return { object, isOfSite: true, ...(positionOf === undefined ? {} : { positionOf }) }
      }),
    ],
    foreign: skipped.map(({ object }) => object),
  })
}

/** The part of the site that an object comes from, whichever of its fields is meant. */
function originOf({ kind, metadata: { name } }: KubeObject, site: Site): FieldPath {
  const node = site.nodes.findIndex(candidate => candidate.name === name)
  if (kind === 'Node' && node >= 0) return ['spec', 'nodes', node, 'name']
  const ingress = site.ingress.findIndex(entry =>
    kind === 'IngressClass' ? entry.className === name : entry.proxy === 'nginx' && entry.deployment === name,
  )
  if (ingress >= 0) return ['spec', 'ingress', ingress, kind === 'Service' ? 'address' : 'class']
  if (name === 'kube-dns' || name === 'coredns') return ['spec', 'dns', 'address']
  return ['metadata', 'name']
}
