// How are lists and maps merged? The packages leave these marks of the Go types out, so they are written down here.
// Source: the `+listType`, `+listMapKey`, `+mapType` markers and `patchStrategy` tags of k8s.io/api 1.34 and of the CRDs.

export type MergeRule =
  /** Replaced as a whole, list or map. */
  | 'atomic'
  /** A list of scalars without order; `merge` when a strategic patch merges it as well. */
  | 'set'
  | 'set, merge'
  /** An object whose union members a strategic patch clears. */
  | 'retainKeys'
  | { readonly keys: readonly string[]; readonly patch?: PatchRule }
  /** A list that server-side apply replaces and a strategic patch merges. */
  | { readonly atomicExcept: PatchRule }

interface PatchRule {
  readonly key: string
  readonly strategy: string
}

/** A list with a key that both server-side apply and strategic patches use. */
function by(key: string, ...more: string[]): MergeRule {
  return { keys: [key, ...more], patch: { key, strategy: 'merge' } }
}

function byWithRetainKeys(key: string): MergeRule {
  return { keys: [key], patch: { key, strategy: 'merge,retainKeys' } }
}

/** A list with a key for server-side apply only; strategic patches replace it. */
function onlyApply(...keys: string[]): MergeRule {
  return { keys }
}

const container: Readonly<Record<string, MergeRule>> = {
  args: 'atomic',
  command: 'atomic',
  env: by('name'),
  envFrom: 'atomic',
  ports: by('containerPort', 'protocol'),
  resizePolicy: 'atomic',
  restartPolicyRules: 'atomic',
  volumeDevices: by('devicePath'),
  volumeMounts: by('mountPath'),
}

const policyRule: Readonly<Record<string, MergeRule>> = {
  apiGroups: 'atomic',
  nonResourceURLs: 'atomic',
  resourceNames: 'atomic',
  resources: 'atomic',
  verbs: 'atomic',
}

/**
 * Definition → field → rule; the field '' is the definition itself. A dotted field reaches into an inlined CRD schema,
 * where lists are passed through.
 */
export const mergeRules: Readonly<Record<string, Readonly<Record<string, MergeRule>>>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': {
    finalizers: 'set, merge',
    managedFields: 'atomic',
    ownerReferences: by('uid'),
  },
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference': { '': 'atomic' },
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector': { '': 'atomic', matchExpressions: 'atomic' },
  'io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement': { values: 'atomic' },

  'io.k8s.api.core.v1.PodSpec': {
    containers: by('name'),
    ephemeralContainers: by('name'),
    hostAliases: by('ip'),
    imagePullSecrets: by('name'),
    initContainers: by('name'),
    nodeSelector: 'atomic',
    readinessGates: 'atomic',
    resourceClaims: byWithRetainKeys('name'),
    schedulingGates: by('name'),
    tolerations: 'atomic',
    topologySpreadConstraints: by('topologyKey', 'whenUnsatisfiable'),
    volumes: byWithRetainKeys('name'),
  },
  'io.k8s.api.core.v1.PodStatus': {
    conditions: by('type'),
    containerStatuses: 'atomic',
    ephemeralContainerStatuses: 'atomic',
    hostIPs: { atomicExcept: { key: 'ip', strategy: 'merge' } },
    initContainerStatuses: 'atomic',
    podIPs: by('ip'),
    resourceClaimStatuses: byWithRetainKeys('name'),
  },
  'io.k8s.api.core.v1.Container': container,
  'io.k8s.api.core.v1.EphemeralContainer': container,
  'io.k8s.api.core.v1.ContainerStatus': {
    allocatedResourcesStatus: by('name'),
    volumeMounts: by('mountPath'),
  },
  'io.k8s.api.core.v1.ResourceRequirements': { claims: onlyApply('name') },
  'io.k8s.api.core.v1.Capabilities': { add: 'atomic', drop: 'atomic' },
  'io.k8s.api.core.v1.PodSecurityContext': { supplementalGroups: 'atomic', sysctls: 'atomic' },
  'io.k8s.api.core.v1.PodDNSConfig': { nameservers: 'atomic', options: 'atomic', searches: 'atomic' },
  'io.k8s.api.core.v1.HostAlias': { hostnames: 'atomic' },
  'io.k8s.api.core.v1.ExecAction': { command: 'atomic' },
  'io.k8s.api.core.v1.HTTPGetAction': { httpHeaders: 'atomic' },
  'io.k8s.api.core.v1.TopologySpreadConstraint': { matchLabelKeys: 'atomic' },
  'io.k8s.api.core.v1.NodeSelector': { '': 'atomic', nodeSelectorTerms: 'atomic' },
  'io.k8s.api.core.v1.NodeSelectorTerm': { '': 'atomic', matchExpressions: 'atomic', matchFields: 'atomic' },
  'io.k8s.api.core.v1.NodeSelectorRequirement': { values: 'atomic' },
  'io.k8s.api.core.v1.NodeAffinity': { preferredDuringSchedulingIgnoredDuringExecution: 'atomic' },
  'io.k8s.api.core.v1.PodAffinity': {
    preferredDuringSchedulingIgnoredDuringExecution: 'atomic',
    requiredDuringSchedulingIgnoredDuringExecution: 'atomic',
  },
  'io.k8s.api.core.v1.PodAntiAffinity': {
    preferredDuringSchedulingIgnoredDuringExecution: 'atomic',
    requiredDuringSchedulingIgnoredDuringExecution: 'atomic',
  },
  'io.k8s.api.core.v1.PodAffinityTerm': { matchLabelKeys: 'atomic', mismatchLabelKeys: 'atomic', namespaces: 'atomic' },
  'io.k8s.api.core.v1.ConfigMapVolumeSource': { items: 'atomic' },
  'io.k8s.api.core.v1.ConfigMapProjection': { items: 'atomic' },
  'io.k8s.api.core.v1.SecretVolumeSource': { items: 'atomic' },
  'io.k8s.api.core.v1.SecretProjection': { items: 'atomic' },
  'io.k8s.api.core.v1.DownwardAPIVolumeSource': { items: 'atomic' },
  'io.k8s.api.core.v1.DownwardAPIProjection': { items: 'atomic' },
  'io.k8s.api.core.v1.ProjectedVolumeSource': { sources: 'atomic' },
  'io.k8s.api.core.v1.CephFSVolumeSource': { monitors: 'atomic' },
  'io.k8s.api.core.v1.RBDVolumeSource': { monitors: 'atomic' },
  'io.k8s.api.core.v1.ISCSIVolumeSource': { portals: 'atomic' },
  'io.k8s.api.core.v1.FCVolumeSource': { targetWWNs: 'atomic', wwids: 'atomic' },
  'io.k8s.api.core.v1.LocalObjectReference': { '': 'atomic' },
  'io.k8s.api.core.v1.ObjectReference': { '': 'atomic' },
  'io.k8s.api.core.v1.SecretReference': { '': 'atomic' },
  'io.k8s.api.core.v1.TypedLocalObjectReference': { '': 'atomic' },
  'io.k8s.api.core.v1.SecretKeySelector': { '': 'atomic' },
  'io.k8s.api.core.v1.ConfigMapKeySelector': { '': 'atomic' },
  'io.k8s.api.core.v1.ObjectFieldSelector': { '': 'atomic' },
  'io.k8s.api.core.v1.ResourceFieldSelector': { '': 'atomic' },

  'io.k8s.api.core.v1.ServiceSpec': {
    clusterIPs: 'atomic',
    externalIPs: 'atomic',
    ipFamilies: 'atomic',
    loadBalancerSourceRanges: 'atomic',
    ports: by('port', 'protocol'),
    selector: 'atomic',
  },
  'io.k8s.api.core.v1.ServiceStatus': { conditions: by('type') },
  'io.k8s.api.core.v1.LoadBalancerStatus': { ingress: 'atomic' },
  'io.k8s.api.core.v1.LoadBalancerIngress': { ports: 'atomic' },
  'io.k8s.api.core.v1.Endpoints': { subsets: 'atomic' },
  'io.k8s.api.core.v1.EndpointSubset': { addresses: 'atomic', notReadyAddresses: 'atomic', ports: 'atomic' },
  'io.k8s.api.core.v1.EndpointAddress': { '': 'atomic' },
  'io.k8s.api.core.v1.EndpointPort': { '': 'atomic' },
  'io.k8s.api.core.v1.NodeSpec': { podCIDRs: 'set, merge', taints: 'atomic' },
  'io.k8s.api.core.v1.NodeStatus': {
    addresses: by('type'),
    conditions: by('type'),
    images: 'atomic',
    runtimeHandlers: 'atomic',
    volumesAttached: 'atomic',
    volumesInUse: 'atomic',
  },
  'io.k8s.api.core.v1.ContainerImage': { names: 'atomic' },
  'io.k8s.api.core.v1.NamespaceSpec': { finalizers: 'atomic' },
  'io.k8s.api.core.v1.NamespaceStatus': { conditions: by('type') },
  'io.k8s.api.core.v1.ServiceAccount': { imagePullSecrets: 'atomic', secrets: by('name') },
  'io.k8s.api.core.v1.PersistentVolumeClaimSpec': { accessModes: 'atomic' },
  'io.k8s.api.core.v1.PersistentVolumeClaimStatus': { accessModes: 'atomic', conditions: by('type') },
  'io.k8s.api.core.v1.ResourceQuotaSpec': { scopes: 'atomic' },
  'io.k8s.api.core.v1.ScopeSelector': { '': 'atomic', matchExpressions: 'atomic' },
  'io.k8s.api.core.v1.ScopedResourceSelectorRequirement': { values: 'atomic' },
  'io.k8s.api.core.v1.LimitRangeSpec': { limits: 'atomic' },
  'io.k8s.api.core.v1.TopologySelectorTerm': { '': 'atomic', matchLabelExpressions: 'atomic' },
  'io.k8s.api.core.v1.TopologySelectorLabelRequirement': { values: 'atomic' },

  'io.k8s.api.apps.v1.DeploymentSpec': { strategy: 'retainKeys' },
  'io.k8s.api.apps.v1.DeploymentStatus': { conditions: by('type') },
  'io.k8s.api.apps.v1.ReplicaSetStatus': { conditions: by('type') },
  'io.k8s.api.apps.v1.StatefulSetSpec': { volumeClaimTemplates: 'atomic' },
  'io.k8s.api.apps.v1.StatefulSetStatus': { conditions: by('type') },
  'io.k8s.api.apps.v1.DaemonSetStatus': { conditions: by('type') },

  'io.k8s.api.batch.v1.JobStatus': { conditions: { atomicExcept: { key: 'type', strategy: 'merge' } } },
  'io.k8s.api.batch.v1.PodFailurePolicy': { rules: 'atomic' },
  'io.k8s.api.batch.v1.PodFailurePolicyRule': { onPodConditions: 'atomic' },
  'io.k8s.api.batch.v1.PodFailurePolicyOnExitCodesRequirement': { values: 'set' },
  'io.k8s.api.batch.v1.SuccessPolicy': { rules: 'atomic' },
  'io.k8s.api.batch.v1.UncountedTerminatedPods': { failed: 'set', succeeded: 'set' },
  'io.k8s.api.batch.v1.CronJobStatus': { active: 'atomic' },

  'io.k8s.api.networking.v1.IngressSpec': { rules: 'atomic', tls: 'atomic' },
  'io.k8s.api.networking.v1.IngressTLS': { hosts: 'atomic' },
  'io.k8s.api.networking.v1.HTTPIngressRuleValue': { paths: 'atomic' },
  'io.k8s.api.networking.v1.IngressLoadBalancerStatus': { ingress: 'atomic' },
  'io.k8s.api.networking.v1.IngressLoadBalancerIngress': { ports: 'atomic' },
  'io.k8s.api.networking.v1.ServiceBackendPort': { '': 'atomic' },
  'io.k8s.api.networking.v1.NetworkPolicySpec': { egress: 'atomic', ingress: 'atomic', policyTypes: 'atomic' },
  'io.k8s.api.networking.v1.NetworkPolicyIngressRule': { from: 'atomic', ports: 'atomic' },
  'io.k8s.api.networking.v1.NetworkPolicyEgressRule': { ports: 'atomic', to: 'atomic' },
  'io.k8s.api.networking.v1.IPBlock': { except: 'atomic' },

  'io.k8s.api.discovery.v1.EndpointSlice': { endpoints: 'atomic', ports: 'atomic' },
  'io.k8s.api.discovery.v1.Endpoint': { addresses: 'set' },
  'io.k8s.api.discovery.v1.EndpointHints': { forNodes: 'atomic', forZones: 'atomic' },
  'io.k8s.api.discovery.v1.EndpointPort': { '': 'atomic' },

  'io.k8s.api.policy.v1.PodDisruptionBudgetStatus': { conditions: by('type') },
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec': { metrics: 'atomic' },
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus': { conditions: by('type'), currentMetrics: 'atomic' },
  'io.k8s.api.autoscaling.v2.HPAScalingRules': { policies: 'atomic' },
  'io.k8s.api.rbac.v1.Role': { rules: 'atomic' },
  'io.k8s.api.rbac.v1.ClusterRole': { rules: 'atomic' },
  'io.k8s.api.rbac.v1.RoleBinding': { subjects: 'atomic' },
  'io.k8s.api.rbac.v1.ClusterRoleBinding': { subjects: 'atomic' },
  'io.k8s.api.rbac.v1.RoleRef': { '': 'atomic' },
  'io.k8s.api.rbac.v1.Subject': { '': 'atomic' },
  'io.k8s.api.rbac.v1.AggregationRule': { clusterRoleSelectors: 'atomic' },
  'io.k8s.api.rbac.v1.PolicyRule': policyRule,
  'io.k8s.api.storage.v1.StorageClass': { allowedTopologies: 'atomic', mountOptions: 'atomic' },

  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec': { versions: 'atomic' },
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames': {
    categories: 'atomic',
    shortNames: 'atomic',
  },
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion': {
    additionalPrinterColumns: 'atomic',
    selectableFields: 'atomic',
  },
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus': {
    conditions: onlyApply('type'),
    storedVersions: 'atomic',
  },
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps': {
    allOf: 'atomic',
    anyOf: 'atomic',
    enum: 'atomic',
    oneOf: 'atomic',
    required: 'atomic',
    'x-kubernetes-list-map-keys': 'atomic',
    'x-kubernetes-validations': by('rule'),
  },

  'io.cilium.v2.CiliumNetworkPolicyStatus': { conditions: onlyApply('type') },
  'io.cilium.v2.CiliumLoadBalancerIPPoolStatus': { conditions: onlyApply('type') },
  'io.cilium.v2alpha1.CiliumL2AnnouncementPolicyStatus': { conditions: onlyApply('type') },
  'io.cert-manager.v1.Certificate': { 'status.conditions': onlyApply('type') },
  'io.cert-manager.v1.Issuer': { 'status.conditions': onlyApply('type') },
  'io.cert-manager.v1.ClusterIssuer': { 'status.conditions': onlyApply('type') },
  'io.k8s.networking.gateway.v1.GatewayClass': { 'status.conditions': onlyApply('type') },
  'io.k8s.networking.gateway.v1.Gateway': {
    'spec.listeners': onlyApply('name'),
    'status.conditions': onlyApply('type'),
    'status.listeners': onlyApply('name'),
    'status.listeners.conditions': onlyApply('type'),
  },
  'io.k8s.networking.gateway.v1.HTTPRoute': {
    'spec.rules.matches.headers': onlyApply('name'),
    'spec.rules.matches.queryParams': onlyApply('name'),
    'status.parents.conditions': onlyApply('type'),
  },
}

/** The OpenAPI extensions that say a rule, for a field of this type. */
export function extensionsOf(rule: MergeRule, type: 'array' | 'object'): Readonly<Record<string, unknown>> {
  if (rule === 'atomic') return { [type === 'array' ? 'x-kubernetes-list-type' : 'x-kubernetes-map-type']: 'atomic' }
  if (rule === 'set') return { 'x-kubernetes-list-type': 'set' }
  if (rule === 'set, merge') return { 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' }
  if (rule === 'retainKeys') return { 'x-kubernetes-patch-strategy': 'retainKeys' }
  if ('atomicExcept' in rule) return { 'x-kubernetes-list-type': 'atomic', ...patchExtensions(rule.atomicExcept) }
  return {
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': rule.keys,
    ...(rule.patch === undefined ? {} : patchExtensions(rule.patch)),
  }
}

function patchExtensions(patch: PatchRule): Readonly<Record<string, unknown>> {
  return { 'x-kubernetes-patch-merge-key': patch.key, 'x-kubernetes-patch-strategy': patch.strategy }
}
