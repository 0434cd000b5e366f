// Resources that can only be created, are answered at once and are not kept: reviews and bindings.
export interface VirtualKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
}

const authorization = { group: 'authorization.k8s.io', version: 'v1' } as const
const authentication = { group: 'authentication.k8s.io', version: 'v1' } as const

export const virtualKinds = [
  { group: '', version: 'v1', kind: 'Binding', plural: 'bindings', namespaced: true },
  { ...authentication, kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', namespaced: false },
  { ...authentication, kind: 'TokenReview', plural: 'tokenreviews', namespaced: false },
  { ...authorization, kind: 'LocalSubjectAccessReview', plural: 'localsubjectaccessreviews', namespaced: true },
  { ...authorization, kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews', namespaced: false },
  { ...authorization, kind: 'SelfSubjectRulesReview', plural: 'selfsubjectrulesreviews', namespaced: false },
  { ...authorization, kind: 'SubjectAccessReview', plural: 'subjectaccessreviews', namespaced: false },
] as const satisfies readonly VirtualKind[]

export type VirtualPlural = (typeof virtualKinds)[number]['plural']
