// What a CustomResourceDefinition is, and what the API server defaults, checks and prints of it.
import type { ICustomResourceDefinitionSpec } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinitionSpec'
import type { ICustomResourceDefinitionStatus } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinitionStatus'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface CustomResourceDefinition extends KubeObject {
  readonly spec?: Immutable<ICustomResourceDefinitionSpec>
  readonly status?: Immutable<ICustomResourceDefinitionStatus>
}

export const customResourceDefinitions = defineKind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
  schema: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  hasStatus: true,
})
