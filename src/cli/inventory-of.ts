// What `check` judges: the user's objects, and those the site stands for.
import { takeInventory } from '../analysis/check/inventory.ts'
import type { Inventory } from '../analysis/check/rule.ts'
import { expandSite } from '../site/expand/expand.ts'
import type { LoadedInput } from './load-input.ts'

export function inventoryOf({ site, objects, skipped }: LoadedInput): Inventory {
  const expanded = site === undefined ? [] : expandSite(site).map(object => ({ object }))
  return takeInventory({ site, objects: [...objects, ...expanded], foreign: skipped.map(({ object }) => object) })
}
