// A CustomResourceDefinition as served kinds: one for each of its served versions.
import type { CustomResourceDefinition } from '../../objects/kinds/custom-resource-definition.ts'
import { defineKind } from '../../objects/kinds/define.ts'
import type { KubeObject } from '../../objects/object.ts'
import type { Schema } from '../../objects/schema.ts'
import type { ServedKind } from '../rest/served-kinds.ts'
import { parseJsonPath } from './json-path.ts'
import { type PrinterColumn, printerColumns } from './printer-columns.ts'

export function servedKindsOf(definition: CustomResourceDefinition): readonly ServedKind[] {
  const { spec } = definition
  if (spec === undefined) return []
  const storage = spec.versions.find(version => version.storage)
  return spec.versions
    .filter(version => version.served)
    .map((version): ServedKind => {
      const { names } = spec
      const { subresources } = version
      const schema = version.schema?.openAPIV3Schema as Schema | undefined
      const scale = subresources?.scale
      return {
        definition: {
          ...defineKind({
            group: spec.group,
            version: version.name,
            kind: names.kind,
            plural: names.plural,
            namespaced: spec.scope === 'Namespaced',
            // Its schema comes with the object, not from the generated definitions.
            schema: '',
            singular: names.singular ?? names.kind.toLowerCase(),
            shortNames: names.shortNames ?? [],
            categories: names.categories ?? [],
            hasStatus: subresources?.status !== undefined,
            ...(scale === undefined
              ? {}
              : {
                  scale: {
                    specReplicasPath: scale.specReplicasPath,
                    statusReplicasPath: scale.statusReplicasPath,
                    ...(scale.labelSelectorPath === undefined ? {} : { labelSelectorPath: scale.labelSelectorPath }),
                  },
                }),
            columns: printerColumns(version.additionalPrinterColumns as readonly PrinterColumn[] | undefined),
            fields: selectableFields((version.selectableFields ?? []).map(({ jsonPath }) => jsonPath)),
          }),
          listKind: names.listKind ?? `${names.kind}List`,
        },
        storageVersion: storage?.name ?? version.name,
        collection: `${names.plural}.${spec.group}`,
        schema: () => schema,
        custom: true,
      }
    })
}

function selectableFields(paths: readonly string[]): (object: KubeObject) => Readonly<Record<string, string>> {
  const fields = paths.map(text => [text.replace(/^\./, ''), parseJsonPath(text)] as const)
  return object => Object.fromEntries(fields.map(([name, path]) => [name, String(path?.find(object)[0] ?? '')]))
}
