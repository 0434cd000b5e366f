// What is wrong with what the user wrote: every rule, in a visible order.
import { compareDiagnostics, type Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Inventory, Rule } from './rule.ts'
import { namespaceMissing } from './rules/fw120-namespace-missing.ts'
import { poolAddressTaken } from './rules/fw210-pool-address-taken.ts'
import { poolOutsideLan } from './rules/fw211-pool-outside-lan.ts'
import { serviceSelectsNothing } from './rules/fw301-service-selects-nothing.ts'
import { portNobodyServes } from './rules/fw302-port-nobody-serves.ts'
import { routes } from './rules/fw400-routes.ts'
import { ciliumConfig } from './rules/fw910-cilium-config.ts'

export const rules: readonly Rule[] = [
  namespaceMissing,
  poolAddressTaken,
  poolOutsideLan,
  serviceSelectsNothing,
  portNobodyServes,
  routes,
  ciliumConfig,
]

export function check(input: Inventory): readonly Diagnostic[] {
  return rules.flatMap(rule => [...rule.check(input)]).sort(compareDiagnostics)
}
