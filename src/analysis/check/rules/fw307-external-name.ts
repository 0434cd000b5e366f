// Does an ExternalName lead to something that DNS can answer?
import { parseAddress } from '../../../net/address.ts'
import { type Service, services } from '../../../objects/kinds/service.ts'
import { keyOf } from '../../../objects/object.ts'
import { finding } from '../inventory.ts'
import type { Rule } from '../rule.ts'

export const externalName: Rule = {
  codes: ['FW307', 'FW308'],
  *check(input) {
    const zone = input.site?.dns.zone ?? 'cluster.local'
    const known = new Set(input.of<Service>(services).map(({ object }) => keyOf(object)))
    for (const entry of input.of<Service>(services)) {
      const { spec } = entry.object
      if (spec?.type !== 'ExternalName' || spec.externalName === undefined) continue
      const name = spec.externalName.replace(/\.$/, '').toLowerCase()
      if (parseAddress(name) !== undefined) {
        yield finding(entry, ['spec', 'externalName'], {
          code: 'FW307',
          severity: 'error',
          message: `Service ${keyOf(entry.object)} has the externalName ${name}, which is an address`,
          why: 'DNS answers an alias to a host that is called by these digits, and no such host exists.',
          fix: `remove type and externalName, and add an EndpointSlice with the label kubernetes.io/service-name: ${entry.object.metadata.name} that holds the address`,
        })
        continue
      }
      const key = serviceIn(name, zone)
      if (!input.isWhole || key === undefined || known.has(key) || input.foreignNaming(nameOf(key)) !== undefined)
        continue
      yield finding(entry, ['spec', 'externalName'], {
        code: 'FW308',
        severity: 'warning',
        message: `Service ${keyOf(entry.object)} leads to ${name}, but there is no Service ${key}`,
        why: 'Clients get an alias to a name that does not exist.',
        fix: 'correct the name, as <service>.<namespace>.svc and the zone, or add the Service',
      })
    }
  },
}

/** `namespace/name` of the Service that a name of the cluster's zone means; names of pods lie one label deeper. */
function serviceIn(name: string, zone: string): string | undefined {
  const suffix = `.svc.${zone}`
  if (!name.endsWith(suffix)) return undefined
  const [service, namespace, ...more] = name.slice(0, -suffix.length).split('.')
  return service === undefined || namespace === undefined || more.length > 0 ? undefined : `${namespace}/${service}`
}

function nameOf(key: string): string {
  return key.slice(key.indexOf('/') + 1)
}
