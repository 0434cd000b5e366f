// How do workload controllers make and unmake pods, so that the user sees it in Events?
import { isApiError } from '../../objects/api-error.ts'
import { generateName } from '../../objects/generated-name.ts'
import type { KindRef } from '../../objects/kind.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import type { KubeObject } from '../../objects/object.ts'
import type { EventRecorder } from '../framework/events.ts'
import type { Writer } from '../framework/writer.ts'
import { type PodTemplate, podFromTemplate } from './pod-from-template.ts'

export interface PodOwner {
  readonly ownerKind: KindRef
  readonly owner: KubeObject
}

export interface PodControl {
  /** With a generated name; tries another when it is taken. */
  createGenerated(template: PodTemplate | undefined, owner: PodOwner, generated?: GeneratedPod): Promise<Pod>
  create(pod: Pod, owner: PodOwner): Promise<Pod>
  remove(pod: Pod, owner: PodOwner): Promise<void>
}

export interface GeneratedPod {
  /** Default: the owner's name and a hyphen. */
  readonly prefix?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly adapt?: (pod: Pod) => Pod
}

const nameAttempts = 5

export function createPodControl(
  writer: Writer,
  { recorder, random }: { readonly recorder: EventRecorder; readonly random: () => number },
): PodControl {
  async function create(pod: Pod, { ownerKind, owner }: PodOwner): Promise<Pod> {
    try {
      const created = await writer.create(pods, pod)
      const message = `Created pod: ${created.metadata.name}`
      recorder.record(ownerKind, owner, { type: 'Normal', reason: 'SuccessfulCreate', message })
      return created
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists') && !isNamespaceGoing(error)) {
        const message = `Error creating: ${error instanceof Error ? error.message : String(error)}`
        recorder.record(ownerKind, owner, { type: 'Warning', reason: 'FailedCreate', message })
      }
      throw error
    }
  }

  return {
    create,
    async createGenerated(template, owner, { prefix, adapt = (pod: Pod) => pod, ...identity } = {}) {
      const base = prefix ?? `${owner.owner.metadata.name}-`
      for (let attempt = 1; ; attempt++) {
        const name = generateName(base, random)
        try {
          return await create(adapt(podFromTemplate(template, { name, generateName: base, ...identity }, owner)), owner)
        } catch (error) {
          if (!isApiError(error, 'AlreadyExists') || attempt === nameAttempts) throw error
        }
      }
    },
    async remove(pod, { ownerKind, owner }) {
      if (writer.isBeingRemoved(pod)) return
      await writer.remove(pods, pod)
      const message = `Deleted pod: ${pod.metadata.name}`
      recorder.record(ownerKind, owner, { type: 'Normal', reason: 'SuccessfulDelete', message })
    },
  }
}

/** Nothing can be created in a namespace that is being deleted; that is no failure worth an Event. */
function isNamespaceGoing(error: unknown): boolean {
  return (
    isApiError(error, 'Forbidden') &&
    (error.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating')
  )
}
