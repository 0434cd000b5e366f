// Do two Services claim the same external address and port? Asked of the room that says which of them keeps it.
import { resolveServiceAlone } from '../../../network/resolve/resolve-service.ts'
import { settleFrontends } from '../../../network/resolve/settle-frontends.ts'
import { type Service, services } from '../../../objects/kinds/service.ts'
import { describeObject } from '../../../objects/object.ts'
import { finding } from '../inventory.ts'
import type { Rule } from '../rule.ts'

export const claimedTwice: Rule = {
  codes: ['FW304'],
  *check(input) {
    const entries = new Map(input.of<Service>(services).map(entry => [describeObject(entry.object), entry]))
    // Node ports and cluster addresses never come this far: the API server refuses the second Service (FW305, FW306).
    const models = [...entries.values()].flatMap(({ object }) => {
      if ((object.spec?.externalIPs ?? []).length === 0) return []
      const model = resolveServiceAlone(object)
      return [{ ...model, frontends: model.frontends.filter(({ kind }) => kind === 'external') }]
    })
    for (const { object = '', ...found } of settleFrontends(models).diagnostics) {
      const entry = entries.get(object)
      if (entry !== undefined) yield finding(entry, ['spec', 'externalIPs'], found)
    }
  },
}
