// Has every StatefulSet the Service that gives its pods their names?
import { type Service, services } from '../../../objects/kinds/service.ts'
import { type StatefulSet, statefulSets } from '../../../objects/kinds/stateful-set.ts'
import { keyOf } from '../../../objects/object.ts'
import { matchesMap } from '../../../objects/selector.ts'
import { labelsText } from '../../../objects/selector-text.ts'
import { finding } from '../inventory.ts'
import type { Rule } from '../rule.ts'

export const statefulSetService: Rule = {
  codes: ['FW311'],
  *check(input) {
    const byKey = new Map(input.of<Service>(services).map(({ object }) => [keyOf(object), object]))
    for (const entry of input.of<StatefulSet>(statefulSets)) {
      const { metadata, spec } = entry.object
      const name = spec?.serviceName
      if (!name) continue
      const key = `${metadata.namespace ?? 'default'}/${name}`
      const service = byKey.get(key)
      const labels = spec?.template?.metadata?.labels ?? {}
      const lead = `StatefulSet ${keyOf(entry.object)} names the Service ${key}`
      const common = {
        code: 'FW311',
        severity: 'warning',
        why: `Its pods get the names ${metadata.name}-0.${name} and so on from that Service only, and programs that look for each other by these names do not find each other.`,
      } as const
      if (service === undefined && input.foreignNaming(name) === undefined) {
        yield finding(entry, ['spec', 'serviceName'], {
          ...common,
          message: `${lead}, which does not exist`,
          fix: `add a Service ${name} with clusterIP: None and the selector ${labelsText(labels)}`,
        })
      }
      const selector = service?.spec?.selector
      if (selector !== undefined && Object.keys(selector).length > 0 && !matchesMap(selector, labels)) {
        yield finding(entry, ['spec', 'serviceName'], {
          ...common,
          message: `${lead}, which selects ${labelsText(selector)} and not its pods`,
          fix: `give the Service the selector ${labelsText(labels)}, or name another one`,
        })
      }
    }
  },
}
