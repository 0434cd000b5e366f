// Do two Services claim the same address and port? Asked of the room that says which of them keeps it.
import { settleFrontends } from '../../../network/resolve/settle-frontends.ts'
import { type Service, services } from '../../../objects/kinds/service.ts'
import { describeObject } from '../../../objects/object.ts'
import { folderNetwork } from '../folder-network.ts'
import { finding } from '../inventory.ts'
import type { Rule } from '../rule.ts'

export const claimedTwice: Rule = {
  codes: ['FW304'],
  *check(input) {
    // Node ports and cluster addresses never come this far: the API server refuses the second Service (FW305, FW306).
    const models = folderNetwork(input).services.flatMap(model => {
      const frontends = model.frontends.filter(({ kind }) => kind === 'external')
      return frontends.length === 0 ? [] : [{ ...model, frontends }]
    })
    const entries = new Map(input.of<Service>(services).map(entry => [describeObject(entry.object), entry]))
    for (const { object = '', ...found } of settleFrontends(models).diagnostics) {
      const entry = entries.get(object)
      if (entry !== undefined) yield finding(entry, ['spec', 'externalIPs'], found)
    }
  },
}
