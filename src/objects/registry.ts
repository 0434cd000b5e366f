// Which kinds there are: one row each. A new kind is one file in kinds/ and one row here.
import { apiVersionOf, type KindDefinition } from './kind.ts'
import { certificates } from './kinds/certificate.ts'
import { ciliumClusterwideNetworkPolicies } from './kinds/cilium-clusterwide-network-policy.ts'
import { ciliumL2AnnouncementPolicies } from './kinds/cilium-l2-announcement-policy.ts'
import { ciliumLoadBalancerIPPools } from './kinds/cilium-load-balancer-ip-pool.ts'
import { ciliumNetworkPolicies } from './kinds/cilium-network-policy.ts'
import { clusterIssuers } from './kinds/cluster-issuer.ts'
import { clusterRoles } from './kinds/cluster-role.ts'
import { clusterRoleBindings } from './kinds/cluster-role-binding.ts'
import { configMaps } from './kinds/config-map.ts'
import { controllerRevisions } from './kinds/controller-revision.ts'
import { cronJobs } from './kinds/cron-job.ts'
import { customResourceDefinitions } from './kinds/custom-resource-definition.ts'
import { daemonSets } from './kinds/daemon-set.ts'
import { deployments } from './kinds/deployment.ts'
import { endpointSlices } from './kinds/endpoint-slice.ts'
import { endpoints } from './kinds/endpoints.ts'
import { events } from './kinds/event.ts'
import { gateways } from './kinds/gateway.ts'
import { gatewayClasses } from './kinds/gateway-class.ts'
import { horizontalPodAutoscalers } from './kinds/horizontal-pod-autoscaler.ts'
import { httpRoutes } from './kinds/http-route.ts'
import { ingresses } from './kinds/ingress.ts'
import { ingressClasses } from './kinds/ingress-class.ts'
import { issuers } from './kinds/issuer.ts'
import { jobs } from './kinds/job.ts'
import { leases } from './kinds/lease.ts'
import { limitRanges } from './kinds/limit-range.ts'
import { namespaces } from './kinds/namespace.ts'
import { networkPolicies } from './kinds/network-policy.ts'
import { nodes } from './kinds/node.ts'
import { persistentVolumes } from './kinds/persistent-volume.ts'
import { persistentVolumeClaims } from './kinds/persistent-volume-claim.ts'
import { pods } from './kinds/pod.ts'
import { podDisruptionBudgets } from './kinds/pod-disruption-budget.ts'
import { priorityClasses } from './kinds/priority-class.ts'
import { replicaSets } from './kinds/replica-set.ts'
import { replicationControllers } from './kinds/replication-controller.ts'
import { resourceQuotas } from './kinds/resource-quota.ts'
import { roles } from './kinds/role.ts'
import { roleBindings } from './kinds/role-binding.ts'
import { secrets } from './kinds/secret.ts'
import { services } from './kinds/service.ts'
import { serviceAccounts } from './kinds/service-account.ts'
import { statefulSets } from './kinds/stateful-set.ts'
import { storageClasses } from './kinds/storage-class.ts'

/** In the order in which `kubectl api-resources` and discovery show them: core first, then by group. */
export const kinds: readonly KindDefinition[] = [
  namespaces,
  nodes,
  pods,
  services,
  endpoints,
  endpointSlices,
  configMaps,
  secrets,
  serviceAccounts,
  events,
  leases,
  deployments,
  replicaSets,
  statefulSets,
  daemonSets,
  controllerRevisions,
  jobs,
  ingresses,
  ingressClasses,
  networkPolicies,
  ciliumNetworkPolicies,
  ciliumClusterwideNetworkPolicies,
  ciliumLoadBalancerIPPools,
  ciliumL2AnnouncementPolicies,
  certificates,
  issuers,
  clusterIssuers,
  gateways,
  gatewayClasses,
  httpRoutes,
  customResourceDefinitions,
  podDisruptionBudgets,
  horizontalPodAutoscalers,
  cronJobs,
  persistentVolumeClaims,
  persistentVolumes,
  roles,
  clusterRoles,
  roleBindings,
  clusterRoleBindings,
  resourceQuotas,
  limitRanges,
  priorityClasses,
  storageClasses,
  replicationControllers,
]

const byApiVersionAndKind = new Map<string, KindDefinition>()
const byResource = new Map<string, KindDefinition>()
for (const kind of kinds) {
  for (const version of [kind.version, ...(kind.alsoServed ?? [])]) {
    byApiVersionAndKind.set(`${apiVersionOf(kind.group, version)}/${kind.kind}`, kind)
    byResource.set(`${kind.group}/${version}/${kind.plural}`, kind)
  }
}

/** Finds a kind under any version it is served at. */
export function findKind(apiVersion: string, kind: string): KindDefinition | undefined {
  return byApiVersionAndKind.get(`${apiVersion}/${kind}`)
}

/** Finds a kind by the parts of its URL; `plural` is the resource name, not a short name. */
export function findResource(group: string, version: string, plural: string): KindDefinition | undefined {
  return byResource.get(`${group}/${version}/${plural}`)
}

/** Kinds of this name in any group, for messages that suggest an apiVersion. */
export function kindsNamed(kind: string): readonly KindDefinition[] {
  return kinds.filter(definition => definition.kind === kind)
}
