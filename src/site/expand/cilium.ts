// Turns the site into the agents that runbooks address: DaemonSet `cilium`, container `cilium-agent`.
import type { KubeObject } from '../../objects/object.ts'
import { managedBy } from './labels.ts'

const selector = { 'k8s-app': 'cilium' }

export function expandAgents(): readonly KubeObject[] {
  const daemonSet = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'cilium', namespace: 'kube-system', labels: { ...selector, ...managedBy } },
    spec: {
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: { ...selector, 'app.kubernetes.io/part-of': 'cilium' } },
        spec: {
          hostNetwork: true,
          automountServiceAccountToken: false,
          tolerations: [{ operator: 'Exists' }],
          containers: [{ name: 'cilium-agent', image: 'quay.io/cilium/cilium' }],
        },
      },
    },
  }
  return [daemonSet]
}
