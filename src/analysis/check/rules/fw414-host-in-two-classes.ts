// Is there a host that two ingress classes serve, so that the LAN's DNS answers with the addresses of both?
import type { HostRoutes, RouteSource } from '../../../network/routing.ts'
import { ingresses } from '../../../objects/kinds/ingress.ts'
import { describeObject } from '../../../objects/object.ts'
import { folderRoutes } from '../folder-routes.ts'
import { finding, whereIs } from '../inventory.ts'
import type { Rule } from '../rule.ts'

interface Serving {
  readonly className: string
  readonly routes: HostRoutes
  readonly source: RouteSource
}

export const hostInTwoClasses: Rule = {
  codes: ['FW414'],
  *check(input) {
    const entries = new Map(input.of(ingresses).map(entry => [describeObject(entry.object), entry]))
    const first = new Map<string, Serving>()
    // Other controllers may well publish a name elsewhere; those that Fairway runs share one LAN.
    for (const { table } of folderRoutes(input).filter(({ isOurs }) => isOurs)) {
      for (const routes of table.hosts) {
        const source = routes.routes.find(route => route.source.kind === 'Ingress')?.source
        if (routes.host === '*' || source === undefined) continue
        const serving: Serving = { className: table.className, routes, source }
        const before = first.get(routes.host)
        if (before === undefined) {
          first.set(routes.host, serving)
          continue
        }
        const [entry, other] = [entries.get(nameOf(source)), entries.get(nameOf(before.source))]
        if (entry === undefined || other === undefined) continue
        const isSame = routesText(before.routes) === routesText(routes)
        yield finding(entry, ['spec', 'rules', ruleOf(source), 'host'], {
          code: 'FW414',
          severity: isSame ? 'info' : 'warning',
          message: `${routes.host} is served by class ${serving.className} here and by class ${before.className} in ${nameOf(before.source)}${whereIs(other, ['spec', 'rules', ruleOf(before.source), 'host'])}`,
          why: isSame
            ? 'The LAN’s DNS answers with the addresses of both classes; they lead to the same Services.'
            : 'The LAN’s DNS answers with the addresses of both classes, so a client gets now the paths of one, now those of the other.',
          fix: 'keep the host in one class, or choose another name for one of them',
        })
      }
    }
  },
}

function nameOf({ kind, namespace, name }: RouteSource): string {
  return `${kind}/${namespace}/${name}`
}

/** Of `spec.rules[1].http.paths[0]`; a default backend belongs to the first. */
function ruleOf({ field }: RouteSource): number {
  return Number(/^spec\.rules\[(\d+)\]/.exec(field)?.[1] ?? 0)
}

function routesText({ routes }: HostRoutes): string {
  return JSON.stringify(routes.map(({ match, action }) => ({ match, action })))
}
