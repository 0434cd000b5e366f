// Which zero values mean something: fields that Go declares as pointers, so that 0, false and '' differ from absent.
// All other zeros on the wire say "not set", since Go programs write every field that is no pointer.

const byMessage: Readonly<Record<string, string>> = {
  ObjectMeta: 'deletionGracePeriodSeconds',
  OwnerReference: 'controller blockOwnerDeletion',
  DeleteOptions: 'gracePeriodSeconds orphanDependents propagationPolicy',
  Preconditions: 'uid resourceVersion',
  DeploymentSpec: 'replicas revisionHistoryLimit progressDeadlineSeconds',
  DeploymentStatus: 'collisionCount terminatingReplicas',
  ReplicaSetSpec: 'replicas',
  ReplicaSetStatus: 'terminatingReplicas',
  StatefulSetSpec: 'replicas revisionHistoryLimit',
  StatefulSetStatus: 'collisionCount',
  RollingUpdateStatefulSetStrategy: 'partition',
  DaemonSetSpec: 'revisionHistoryLimit',
  DaemonSetStatus: 'collisionCount',
  JobSpec:
    'parallelism completions activeDeadlineSeconds backoffLimit backoffLimitPerIndex maxFailedIndexes manualSelector ttlSecondsAfterFinished completionMode suspend podReplacementPolicy managedBy',
  JobStatus: 'terminating ready failedIndexes',
  PodSpec:
    'terminationGracePeriodSeconds activeDeadlineSeconds automountServiceAccountToken shareProcessNamespace priority runtimeClassName enableServiceLinks preemptionPolicy setHostnameAsFQDN hostUsers hostnameOverride',
  ContainerStatus: 'started',
  SecurityContext:
    'privileged runAsUser runAsGroup runAsNonRoot readOnlyRootFilesystem allowPrivilegeEscalation procMount',
  PodSecurityContext: 'runAsUser runAsGroup runAsNonRoot fsGroup fsGroupChangePolicy supplementalGroupsPolicy',
  Probe: 'terminationGracePeriodSeconds',
  GRPCAction: 'service',
  Toleration: 'tolerationSeconds',
  ConfigMapKeySelector: 'optional',
  SecretKeySelector: 'optional',
  ConfigMapEnvSource: 'optional',
  SecretEnvSource: 'optional',
  ConfigMapProjection: 'optional',
  SecretProjection: 'optional',
  ConfigMapVolumeSource: 'optional defaultMode',
  SecretVolumeSource: 'optional defaultMode',
  DownwardAPIVolumeSource: 'defaultMode',
  ProjectedVolumeSource: 'defaultMode',
  DownwardAPIVolumeFile: 'mode',
  KeyToPath: 'mode',
  ServiceAccountTokenProjection: 'expirationSeconds',
  PersistentVolumeClaimSpec: 'storageClassName volumeMode volumeAttributesClassName',
  TopologySpreadConstraint: 'minDomains',
  ServiceSpec: 'allocateLoadBalancerNodePorts',
  ClientIPConfig: 'timeoutSeconds',
  EndpointPort: 'name protocol port appProtocol',
  EndpointConditions: 'ready serving terminating',
  LeaseSpec: 'holderIdentity leaseDurationSeconds leaseTransitions strategy preferredHolder',
  ServiceAccount: 'automountServiceAccountToken',
  ConfigMap: 'immutable',
  Secret: 'immutable',
  NetworkPolicyPort: 'endPort',
  TokenRequestSpec: 'expirationSeconds',
  CronJobSpec: 'timeZone startingDeadlineSeconds suspend successfulJobsHistoryLimit failedJobsHistoryLimit',
  PodDisruptionBudgetSpec: 'minAvailable maxUnavailable unhealthyPodEvictionPolicy',
  HorizontalPodAutoscalerSpec: 'minReplicas',
  // No pointer, but written in any case.
  PriorityClass: 'value preemptionPolicy',
  StorageClass: 'reclaimPolicy allowVolumeExpansion volumeBindingMode',
}

const fields = new Set(
  Object.entries(byMessage).flatMap(([message, names]) => names.split(' ').map(name => `${message}.${name}`)),
)

/** `message` is the full name, as `k8s.io.api.core.v1.PodSpec`. */
export function meansSomethingWhenZero(message: string, field: string): boolean {
  return fields.has(`${message.slice(message.lastIndexOf('.') + 1)}.${field}`)
}
