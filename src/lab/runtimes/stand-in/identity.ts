// Who answers: what a stand-in says of itself in every answer.
import type { ContainerContext } from '../../runtime.ts'

export interface Identity {
  readonly pod: string
  readonly namespace: string
  readonly node: string
  readonly container: string
  readonly image: string
  readonly serviceAccount: string
  readonly addresses: readonly string[]
}

export function identityOf({ pod, container, nodeName, addresses }: ContainerContext): Identity {
  return {
    pod: pod.metadata.name,
    namespace: pod.metadata.namespace ?? 'default',
    node: nodeName,
    container: container.name,
    image: container.image ?? '',
    serviceAccount: pod.spec?.serviceAccountName ?? 'default',
    addresses,
  }
}

/** One line for protocols that are not HTTP, ending in a newline. */
export function identityLine(identity: Identity): string {
  const { pod, namespace, node, addresses } = identity
  return `pod=${pod} namespace=${namespace} node=${node} addresses=${addresses.join(',')}\n`
}
