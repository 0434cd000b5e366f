// What a CustomResourceDefinition is, and what the API server defaults, checks and prints of it.
import type { ICustomResourceDefinitionSpec } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinitionSpec'
import type { ICustomResourceDefinitionStatus } from 'kubernetes-models/apiextensions.k8s.io/v1/CustomResourceDefinitionStatus'
import { checkCrd } from '../checks/crd.ts'
import { change, fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { nameColumn } from './columns.ts'
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
  defaults: definition =>
    change(definition, 'spec', spec => {
      const filled = fill(spec, { conversion: { strategy: 'None' } })
      return change(filled, 'names', names =>
        names.kind ? fill(names, { listKind: `${names.kind}List`, singular: names.kind.toLowerCase() }) : names,
      )
    }),
  check: checkCrd,
  columns: [
    nameColumn,
    { name: 'Created At', type: 'date', cell: definition => definition.metadata.creationTimestamp ?? null },
  ],
})
