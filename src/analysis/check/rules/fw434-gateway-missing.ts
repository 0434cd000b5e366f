// Does every HTTPRoute hang on a Gateway that exists?
import { type Gateway, gateways } from '../../../objects/kinds/gateway.ts'
import { type HTTPRoute, httpRoutes } from '../../../objects/kinds/http-route.ts'
import { nearestName } from '../../../objects/nearest.ts'
import { keyOf } from '../../../objects/object.ts'
import { finding } from '../inventory.ts'
import type { Rule } from '../rule.ts'

const group = 'gateway.networking.k8s.io'

export const gatewayMissing: Rule = {
  codes: ['FW434'],
  *check(input) {
    const known = input.of<Gateway>(gateways).map(({ object }) => keyOf(object))
    for (const entry of input.of<HTTPRoute>(httpRoutes)) {
      const { spec, metadata } = entry.object
      for (const [index, parent] of (spec?.parentRefs ?? []).entries()) {
        // A Service as parent belongs to a mesh.
        if ((parent.group ?? group) !== group || (parent.kind ?? 'Gateway') !== 'Gateway') continue
        const namespace = parent.namespace ?? metadata.namespace ?? 'default'
        const key = `${namespace}/${parent.name}`
        if (known.includes(key) || input.foreignNaming(parent.name) !== undefined) continue
        const near = nearestName(key, known)
        const elsewhere = known.find(other => other.endsWith(`/${parent.name}`))
        yield finding(entry, ['spec', 'parentRefs', index, 'name'], {
          code: 'FW434',
          severity: input.isWhole ? 'error' : 'warning',
          message: `HTTPRoute ${keyOf(entry.object)} names the Gateway ${key}, which ${input.isWhole ? 'does not exist' : 'is not among the manifests'}`,
          why: 'A route without its Gateway is served nowhere.',
          fix:
            elsewhere !== undefined
              ? `there is ${elsewhere}: add namespace: ${elsewhere.slice(0, elsewhere.indexOf('/'))}`
              : near === undefined
                ? 'add the Gateway, or name one that exists'
                : `did you mean ${near}?`,
        })
      }
    }
  },
}
