// What would an ingress proxy have to leave out or answer with an error? Asked of the very tables that NGINX gets.
import type { Code } from '../../../diagnostics/codes.ts'
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts'
import type { KindRef } from '../../../objects/kind.ts'
import { configMaps } from '../../../objects/kinds/config-map.ts'
import { gateways } from '../../../objects/kinds/gateway.ts'
import { httpRoutes } from '../../../objects/kinds/http-route.ts'
import { ingresses } from '../../../objects/kinds/ingress.ts'
import { type Service, services } from '../../../objects/kinds/service.ts'
import { nearestName } from '../../../objects/nearest.ts'
import { describeObject } from '../../../objects/object.ts'
import { folderRoutes } from '../folder-routes.ts'
import { parseField } from '../parse-field.ts'
import type { Entry, FieldPath, Inventory, Rule } from '../rule.ts'

/** What is wrong under any controller; the rest is about what Fairway's own NGINX does. */
const universal = ['FW401', 'FW402', 'FW403'] as const satisfies readonly Code[]
/** Of classes that Fairway serves. */
const own = [
  'FW406', 'FW407', 'FW410', 'FW411', 'FW412', 'FW413', 'FW430', 'FW431', 'FW432', 'FW433', 'FW901', 'FW902', 'FW903', 'FW904',
] as const satisfies readonly Code[] // biome-ignore format: one list, read as one line

const kindsWithPlaces: readonly KindRef[] = [ingresses, httpRoutes, gateways, configMaps]

/** What the tables say beyond these codes is true only of a running cluster: a folder holds no endpoints and no certificates. */
export const routes: Rule = {
  codes: [...universal, ...own],
  *check(input) {
    const entries = new Map(
      kindsWithPlaces.flatMap(kind => input.of(kind).map(entry => [describeObject(entry.object), entry])),
    )
    const seen = new Set<string>()
    for (const { table, isOurs } of folderRoutes(input)) {
      const wanted = new Set<string>(isOurs ? [...universal, ...own] : universal)
      for (const found of table.diagnostics) {
        const id = `${found.code} ${found.message}`
        if (!wanted.has(found.code) || seen.has(id)) continue
        seen.add(id)
        const entry = entries.get(found.object ?? '')
        yield placed(found.code === 'FW402' ? missingService(found, { entry, input }) : found, entry)
      }
    }
  },
}

function placed(found: Diagnostic, entry: Entry | undefined): Diagnostic {
  if (entry?.positionOf === undefined) return found
  const path = parseField(found.field ?? '')
  // Two routes clash over their path; the tables name the rule it stands in.
  const isPath = found.code === 'FW401' && typeof path.at(-1) === 'number' && path.at(-2) === 'paths'
  return { ...found, position: entry.positionOf(isPath ? [...path, 'path'] : path) }
}

interface Surroundings {
  readonly entry: Entry | undefined
  readonly input: Inventory
}

/** What is missing from the input is missing for certain only when the input is all there is. */
function missingService(found: Diagnostic, { entry, input }: Surroundings): Diagnostic {
  const name = entry === undefined ? undefined : valueAt(entry, parseField(found.field ?? ''))
  if (entry === undefined || typeof name !== 'string') return found
  const siblings = input
    .of<Service>(services)
    .flatMap(({ object: { metadata } }) =>
      metadata.namespace === entry.object.metadata.namespace ? [metadata.name] : [],
    )
  const near = nearestName(name, siblings)
  const advised = near === undefined ? found : { ...found, fix: `did you mean ${near}?` }
  const maker = input.foreignNaming(name)
  if (maker !== undefined) {
    const why = `It is not among the manifests; ${describeObject(maker)}, which names it, may make it.`
    return { ...advised, severity: 'info', why }
  }
  if (input.isWhole) return advised
  const why = 'Requests for it are answered with an error, unless the cluster has the Service already.'
  return { ...advised, severity: 'warning', why }
}

function valueAt({ object }: Entry, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[part] : undefined),
    object,
  )
}
