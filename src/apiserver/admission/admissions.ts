// What the server adds to objects beyond their kind's defaults: one row per resource.
import type { Admission } from '../rest/api.ts'
import type { Store } from '../store/store.ts'

export interface AdmissionOptions {
  readonly store: Store
  readonly serviceCidrs: readonly string[]
}

export function admissions(_options: AdmissionOptions): ReadonlyMap<string, Admission> {
  return new Map<string, Admission>([])
}
