// What the server gives a new Pod beyond its defaults: the phase it starts in, and its quality of service.
import type { Pod } from '../../objects/kinds/pod.ts'
import type { KubeObject } from '../../objects/object.ts'
import { qosClass } from '../../objects/pods/qos-class.ts'
import type { Admission } from '../rest/api.ts'

export const podAdmission: Admission = {
  create: object => {
    const pod = object as Pod
    const created: Pod = { ...pod, status: { phase: 'Pending', qosClass: qosClass(pod) } }
    return created as KubeObject
  },
}
