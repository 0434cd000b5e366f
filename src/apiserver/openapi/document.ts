// The OpenAPI v3 document of one version of one group.
import type { ServedKind } from '../rest/served-kinds.ts'
import { version as serverVersion } from '../version.ts'
import { addDefinitions, type Components, type Descriptions, describeSchema, referenceTo } from './component-schemas.ts'
import { neededSchemas, patchSchemaName, pathsOf } from './paths.ts'

const objectMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
const listMeta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta'

export function openApiDocument(kinds: readonly ServedKind[], descriptions: Descriptions): object {
  const components: Components = {}
  const paths: Record<string, object> = {}
  const references = [...neededSchemas, objectMeta, listMeta]
  for (const served of kinds) {
    const schema = schemaName(served)
    components[schema] = kindSchema(served, descriptions, references)
    components[`${schema}List`] = listSchema(served, schema)
    Object.assign(
      paths,
      pathsOf({ definition: served.definition, schema, listSchema: `${schema}List`, custom: served.custom }),
    )
  }
  addDefinitions(components, references, descriptions)
  components[patchSchemaName] = {
    description: 'Patch is provided to give a concrete name and type to the Kubernetes PATCH request body.',
    type: 'object',
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: serverVersion.gitVersion },
    paths,
    components: { schemas: components },
  }
}

/** As upstream names the schemas of custom resources: the group backwards, version, kind. */
function schemaName({ definition }: ServedKind): string {
  if (definition.schema !== '') return definition.schema
  return [...definition.group.split('.').reverse(), definition.version, definition.kind].join('.')
}

function kindSchema(served: ServedKind, descriptions: Descriptions, references: string[]): object {
  const { definition } = served
  const schema = served.schema() ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const described = describeSchema(schema, descriptions[definition.schema] ?? {}, references)
  const { properties } = described as { properties?: object }
  return {
    ...described,
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      ...properties,
      metadata: referenceTo(objectMeta),
    },
    'x-kubernetes-group-version-kind': [gvk(served, definition.kind)],
  }
}

function listSchema(served: ServedKind, itemSchema: string): object {
  return {
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: referenceTo(listMeta),
      items: { type: 'array', items: referenceTo(itemSchema) },
    },
    'x-kubernetes-group-version-kind': [gvk(served, served.definition.listKind)],
  }
}

function gvk({ definition }: ServedKind, kind: string): object {
  return { group: definition.group, version: definition.version, kind }
}
