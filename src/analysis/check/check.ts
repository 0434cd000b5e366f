// What is wrong with what the user wrote: every rule, in a visible order.
import { compareDiagnostics, type Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Inventory, Rule } from './rule.ts'
import { namespaceMissing } from './rules/fw120-namespace-missing.ts'
import { pools } from './rules/fw210-pools.ts'
import { poolOutsideLan } from './rules/fw211-pool-outside-lan.ts'
import { announcesNothing } from './rules/fw216-announces-nothing.ts'
import { noAddress } from './rules/fw220-no-address.ts'
import { serviceSelectsNothing } from './rules/fw301-service-selects-nothing.ts'
import { portNobodyServes } from './rules/fw302-port-nobody-serves.ts'
import { noSelector } from './rules/fw303-no-selector.ts'
import { claimedTwice } from './rules/fw304-claimed-twice.ts'
import { nodePort } from './rules/fw305-node-port.ts'
import { clusterAddress } from './rules/fw306-cluster-address.ts'
import { externalName } from './rules/fw307-external-name.ts'
import { hostPort } from './rules/fw310-host-port.ts'
import { statefulSetService } from './rules/fw311-stateful-set-service.ts'
import { probePort } from './rules/fw312-probe-port.ts'
import { podNeeds } from './rules/fw320-pod-needs.ts'
import { routes } from './rules/fw401-routes.ts'
import { classes } from './rules/fw408-classes.ts'
import { hostInTwoClasses } from './rules/fw414-host-in-two-classes.ts'
import { tlsHost } from './rules/fw423-tls-host.ts'
import { gatewayMissing } from './rules/fw434-gateway-missing.ts'
import { policySelectsNothing } from './rules/fw501-policy-selects-nothing.ts'
import { ciliumConfig } from './rules/fw910-cilium-config.ts'

export const rules: readonly Rule[] = [
  namespaceMissing,
  pools,
  poolOutsideLan,
  announcesNothing,
  noAddress,
  serviceSelectsNothing,
  portNobodyServes,
  noSelector,
  claimedTwice,
  nodePort,
  clusterAddress,
  externalName,
  hostPort,
  statefulSetService,
  probePort,
  podNeeds,
  routes,
  classes,
  hostInTwoClasses,
  tlsHost,
  gatewayMissing,
  policySelectsNothing,
  ciliumConfig,
]

export function check(input: Inventory): readonly Diagnostic[] {
  return rules.flatMap(rule => [...rule.check(input)]).sort(compareDiagnostics)
}
