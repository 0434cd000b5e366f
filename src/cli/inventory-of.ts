// What `check` judges: the user's objects, and those the site stands for.
import { takeInventory } from '../analysis/check/inventory.ts'
import type { Entry, Inventory } from '../analysis/check/rule.ts'
import { expandSite } from '../site/expand/expand.ts'
import type { LoadedInput } from './load-input.ts'

export function inventoryOf({ site, objects }: LoadedInput): Inventory {
  const own = objects.map(({ object, positionOf }): Entry => ({ object, positionOf }))
  const expanded =
    site === undefined ? [] : expandSite(site).map((object): Entry => ({ object, positionOf: undefined }))
  return takeInventory([...own, ...expanded], site)
}
