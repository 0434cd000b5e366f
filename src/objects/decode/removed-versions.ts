// Which apiVersions has Kubernetes stopped serving, since when, and how is the object written today?

export interface RemovedVersion {
  /** The first release without it. */
  readonly since: string
  /** Undefined when the kind has gone altogether. */
  readonly apiVersion?: string
  /** What else changes, or what does the work instead. */
  readonly also?: string
}

const ingressForm =
  'every path needs a pathType, and backend.serviceName: web, servicePort: 80 is written backend.service: {name: web, port: {number: 80}}'
const selectorForm = 'spec.selector is required'

const removed: Readonly<Record<string, RemovedVersion>> = {
  'extensions/v1beta1 Ingress': { since: '1.22', apiVersion: 'networking.k8s.io/v1', also: ingressForm },
  'networking.k8s.io/v1beta1 Ingress': { since: '1.22', apiVersion: 'networking.k8s.io/v1', also: ingressForm },
  'networking.k8s.io/v1beta1 IngressClass': { since: '1.22', apiVersion: 'networking.k8s.io/v1' },
  'extensions/v1beta1 NetworkPolicy': { since: '1.16', apiVersion: 'networking.k8s.io/v1' },
  'extensions/v1beta1 Deployment': { since: '1.16', apiVersion: 'apps/v1', also: selectorForm },
  'extensions/v1beta1 DaemonSet': { since: '1.16', apiVersion: 'apps/v1', also: selectorForm },
  'extensions/v1beta1 ReplicaSet': { since: '1.16', apiVersion: 'apps/v1', also: selectorForm },
  'apps/v1beta1 Deployment': { since: '1.16', apiVersion: 'apps/v1', also: selectorForm },
  'apps/v1beta1 StatefulSet': { since: '1.16', apiVersion: 'apps/v1', also: selectorForm },
  'apps/v1beta2 Deployment': { since: '1.16', apiVersion: 'apps/v1', also: selectorForm },
  'apps/v1beta2 DaemonSet': { since: '1.16', apiVersion: 'apps/v1', also: selectorForm },
  'apps/v1beta2 ReplicaSet': { since: '1.16', apiVersion: 'apps/v1', also: selectorForm },
  'apps/v1beta2 StatefulSet': { since: '1.16', apiVersion: 'apps/v1', also: selectorForm },
  'batch/v1beta1 CronJob': { since: '1.25', apiVersion: 'batch/v1' },
  'batch/v2alpha1 CronJob': { since: '1.21', apiVersion: 'batch/v1' },
  'discovery.k8s.io/v1beta1 EndpointSlice': {
    since: '1.25',
    apiVersion: 'discovery.k8s.io/v1',
    also: 'topology is written as nodeName and zone',
  },
  'policy/v1beta1 PodDisruptionBudget': {
    since: '1.25',
    apiVersion: 'policy/v1',
    also: 'an empty selector now means every pod of the namespace',
  },
  'policy/v1beta1 PodSecurityPolicy': {
    since: '1.25',
    also: 'label the Namespace pod-security.kubernetes.io/enforce: baseline (or restricted) instead',
  },
  'extensions/v1beta1 PodSecurityPolicy': {
    since: '1.16',
    also: 'label the Namespace pod-security.kubernetes.io/enforce: baseline (or restricted) instead',
  },
  'autoscaling/v2beta1 HorizontalPodAutoscaler': {
    since: '1.25',
    apiVersion: 'autoscaling/v2',
    also: 'targetAverageUtilization: 80 is written target: {type: Utilization, averageUtilization: 80}',
  },
  'autoscaling/v2beta2 HorizontalPodAutoscaler': { since: '1.26', apiVersion: 'autoscaling/v2' },
  'coordination.k8s.io/v1beta1 Lease': { since: '1.22', apiVersion: 'coordination.k8s.io/v1' },
  'events.k8s.io/v1beta1 Event': { since: '1.25', apiVersion: 'events.k8s.io/v1' },
  'apiextensions.k8s.io/v1beta1 CustomResourceDefinition': {
    since: '1.22',
    apiVersion: 'apiextensions.k8s.io/v1',
    also: 'spec.version and spec.validation move into spec.versions[], each with its schema.openAPIV3Schema',
  },
  'rbac.authorization.k8s.io/v1alpha1 Role': rbac(),
  'rbac.authorization.k8s.io/v1alpha1 ClusterRole': rbac(),
  'rbac.authorization.k8s.io/v1alpha1 RoleBinding': rbac(),
  'rbac.authorization.k8s.io/v1alpha1 ClusterRoleBinding': rbac(),
  'rbac.authorization.k8s.io/v1beta1 Role': rbac(),
  'rbac.authorization.k8s.io/v1beta1 ClusterRole': rbac(),
  'rbac.authorization.k8s.io/v1beta1 RoleBinding': rbac(),
  'rbac.authorization.k8s.io/v1beta1 ClusterRoleBinding': rbac(),
  'scheduling.k8s.io/v1beta1 PriorityClass': { since: '1.22', apiVersion: 'scheduling.k8s.io/v1' },
  'flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema': { since: '1.26', apiVersion: 'flowcontrol.apiserver.k8s.io/v1' },
  'flowcontrol.apiserver.k8s.io/v1beta2 FlowSchema': { since: '1.29', apiVersion: 'flowcontrol.apiserver.k8s.io/v1' },
  'flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema': { since: '1.32', apiVersion: 'flowcontrol.apiserver.k8s.io/v1' },
  'storage.k8s.io/v1beta1 StorageClass': { since: '1.22', apiVersion: 'storage.k8s.io/v1' },
  'storage.k8s.io/v1beta1 CSIDriver': { since: '1.22', apiVersion: 'storage.k8s.io/v1' },
  'storage.k8s.io/v1beta1 CSIStorageCapacity': { since: '1.27', apiVersion: 'storage.k8s.io/v1' },
  'admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration': webhook(),
  'admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration': webhook(),
  'apiregistration.k8s.io/v1beta1 APIService': { since: '1.22', apiVersion: 'apiregistration.k8s.io/v1' },
  'node.k8s.io/v1beta1 RuntimeClass': { since: '1.25', apiVersion: 'node.k8s.io/v1' },
}

function rbac(): RemovedVersion {
  return { since: '1.22', apiVersion: 'rbac.authorization.k8s.io/v1' }
}

function webhook(): RemovedVersion {
  return {
    since: '1.22',
    apiVersion: 'admissionregistration.k8s.io/v1',
    also: 'sideEffects and admissionReviewVersions are required',
  }
}

/** Releases as in the deprecation guide of the Kubernetes documentation. */
export function removedVersion(apiVersion: string, kind: string): RemovedVersion | undefined {
  const key = `${apiVersion} ${kind}`
  return Object.hasOwn(removed, key) ? removed[key] : undefined
}
