// Which ports of the node does a pod take, and do two pods want the same?
import type { Pod } from '../../objects/kinds/pod.ts'

export interface HostPort {
  /** '0.0.0.0' stands for every address. */
  readonly address: string
  readonly port: number
  readonly protocol: string
}

export function hostPortsOf(pod: Pod): readonly HostPort[] {
  const ports: HostPort[] = []
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    for (const { hostPort, hostIP, protocol, containerPort } of container.ports ?? []) {
      // On the node's own network every port is the node's.
      const port = hostPort || (pod.spec?.hostNetwork ? containerPort : 0)
      if (port) ports.push({ address: hostIP || '0.0.0.0', port, protocol: protocol ?? 'TCP' })
    }
  }
  return ports
}

export function portsClash(a: HostPort, b: HostPort): boolean {
  return (
    a.port === b.port &&
    a.protocol === b.protocol &&
    (a.address === b.address || a.address === '0.0.0.0' || b.address === '0.0.0.0')
  )
}
