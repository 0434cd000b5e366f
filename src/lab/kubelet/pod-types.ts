// Short names for the parts of a Pod that the node agent works with.
import type { Pod } from '../../objects/kinds/pod.ts'

export type PodSpec = NonNullable<Pod['spec']>
export type PodStatus = NonNullable<Pod['status']>
export type ContainerSpec = PodSpec['containers'][number]
export type PodCondition = NonNullable<PodStatus['conditions']>[number]
export type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number]
export type ContainerState = NonNullable<ContainerStatus['state']>
export type TerminatedState = NonNullable<ContainerState['terminated']>
export type ProbeSpec = NonNullable<ContainerSpec['readinessProbe']>
export type HookSpec = NonNullable<NonNullable<ContainerSpec['lifecycle']>['preStop']>
export type VolumeSpec = NonNullable<PodSpec['volumes']>[number]

/** An init container that keeps running beside the main ones. */
export function isSidecar(container: ContainerSpec): boolean {
  return container.restartPolicy === 'Always'
}
