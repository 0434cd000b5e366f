// Is there a tls entry of an Ingress for a host that none of its rules has?
import { hostCovers } from '../../../network/routing/host.ts'
import { type Ingress, ingresses } from '../../../objects/kinds/ingress.ts'
import { nearestName } from '../../../objects/nearest.ts'
import { keyOf } from '../../../objects/object.ts'
import { finding } from '../inventory.ts'
import type { Rule } from '../rule.ts'

export const tlsHost: Rule = {
  codes: ['FW423'],
  *check(input) {
    for (const entry of input.of<Ingress>(ingresses)) {
      const rules = entry.object.spec?.rules ?? []
      const hosts = rules.map(({ host }) => host?.toLowerCase() ?? '')
      // Without rules, or with one for every host, a tls entry counts for any name.
      if (hosts.length === 0 || hosts.includes('')) continue
      for (const [index, tls] of (entry.object.spec?.tls ?? []).entries()) {
        for (const [number, host] of (tls.hosts ?? []).entries()) {
          if (hosts.some(served => hostCovers(host.toLowerCase(), served))) continue
          const near = nearestName(host, hosts)
          yield finding(entry, ['spec', 'tls', index, 'hosts', number], {
            code: 'FW423',
            severity: 'warning',
            message: `Ingress ${keyOf(entry.object)} has a tls entry for ${host}, and no rule for that host`,
            why: 'The certificate is used for no request, and the host it was meant for is served without it.',
            fix: near === undefined ? `the rules are for ${[...new Set(hosts)].join(', ')}` : `did you mean ${near}?`,
          })
        }
      }
    }
  },
}
