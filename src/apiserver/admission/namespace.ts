// What the server gives a new Namespace, and which ones it never lets go.
import type { Namespace } from '../../objects/kinds/namespace.ts'
import { namespaces } from '../../objects/kinds/namespace.ts'
import type { Admission } from '../rest/api.ts'
import { forbidden } from '../rest/errors.ts'

const immortal = new Set(['default', 'kube-system', 'kube-public'])

export const namespaceAdmission: Admission = {
  create: object => {
    const namespace = object as Namespace
    // The finalizer holds a deleted namespace until the namespace controller has emptied it.
    const created: Namespace = { ...namespace, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }
    return created
  },
  update: (object, old) => {
    // Only namespaces/finalize changes the finalizers of the spec.
    const spec = (old as Namespace).spec
    const updated: Namespace = { ...(object as Namespace), ...(spec === undefined ? {} : { spec }) }
    return updated
  },
  remove: object => {
    const { name } = object.metadata
    if (immortal.has(name)) throw forbidden(namespaces, name, 'this namespace may not be deleted')
  },
}
