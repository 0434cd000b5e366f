// What the server adds to objects beyond their kind's defaults: one row per resource.
import type { Admission } from '../rest/api.ts'
import type { Store } from '../store/store.ts'
import { namespaceAdmission } from './namespace.ts'
import { podAdmission } from './pod.ts'
import { serviceAdmission } from './service.ts'

export interface AdmissionOptions {
  readonly store: Store
  readonly serviceCidrs: readonly string[]
}

export function admissions(options: AdmissionOptions): ReadonlyMap<string, Admission> {
  return new Map<string, Admission>([
    ['namespaces', namespaceAdmission],
    ['pods', podAdmission],
    ['services', serviceAdmission(options.store, options.serviceCidrs)],
  ])
}
