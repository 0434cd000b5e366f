// What does a pod of a Job carry beyond its template?
import type { Job } from '../../objects/kinds/job.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import { indexAnnotation, trackingFinalizer } from './plan-job.ts'
import type { GeneratedPod } from './pod-control.ts'

export function jobPod(job: Job, index: number | undefined): GeneratedPod {
  const { name, uid = '' } = job.metadata
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
    ...(index === undefined ? {} : { [indexAnnotation]: `${index}` }),
  }
  const adapt = (pod: Pod): Pod => {
    const finalizers = [...(pod.metadata.finalizers ?? []), trackingFinalizer]
    const tracked = { ...pod, metadata: { ...pod.metadata, finalizers } }
    return index === undefined ? tracked : withIndex(tracked, `${name}-${index}`)
  }
  if (index === undefined) return { labels, adapt }
  return { prefix: `${name}-${index}-`, labels, annotations: { [indexAnnotation]: `${index}` }, adapt }
}

/** An indexed pod has a host name of its own, and every container learns the index. */
function withIndex(pod: Pod, hostname: string): Pod {
  const fieldPath = `metadata.annotations['${indexAnnotation}']`
  const variable = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef: { fieldPath } } }
  const containers = (pod.spec?.containers ?? []).map(container => ({
    ...container,
    env: container.env?.some(({ name }) => name === variable.name)
      ? container.env
      : [...(container.env ?? []), variable],
  }))
  return { ...pod, spec: { ...pod.spec, containers, hostname } }
}
