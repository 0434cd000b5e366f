// The paths of an OpenAPI document: for every kind the verbs it has, with kind and media types.
import type { KindDefinition } from '../../objects/kind.ts'
import { referenceTo } from './component-schemas.ts'
import {
  deleteParameters,
  listParameters,
  nameParameter,
  namespaceParameter,
  patchParameters,
  writeParameters,
} from './parameters.ts'

export interface PathNames {
  readonly definition: KindDefinition
  /** Names of component schemas. */
  readonly schema: string
  readonly listSchema: string
  readonly custom: boolean
}

const deleteOptions = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions'
const status = 'io.k8s.apimachinery.pkg.apis.meta.v1.Status'
const scale = 'io.k8s.api.autoscaling.v1.Scale'
export const patchSchemaName = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch'
export const neededSchemas: readonly string[] = [deleteOptions, status, scale]

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

interface Operation {
  readonly method: Method
  readonly action: string
  readonly verb: string
  readonly body?: string
  readonly answer: string
  readonly parameters?: readonly object[]
}

export function pathsOf(names: PathNames): Record<string, object> {
  const { definition, schema, listSchema } = names
  const { group, version, plural, namespaced } = definition
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const collection = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`
  const object = `${collection}/{name}`
  const list: Operation = {
    method: 'get',
    action: 'list',
    verb: 'list',
    answer: listSchema,
    parameters: listParameters,
  }
  const item = (operations: readonly Operation[], named: boolean) => pathItem(names, operations, named)
  const paths: Record<string, object> = {
    [collection]: item(
      [
        list,
        { method: 'post', action: 'post', verb: 'create', body: schema, answer: schema, parameters: writeParameters },
        {
          method: 'delete',
          action: 'deletecollection',
          verb: 'deletecollection',
          body: deleteOptions,
          answer: status,
          parameters: [
            ...deleteParameters,
            ...listParameters.filter(({ name }) => !deleteParameters.some(other => other.name === name)),
          ],
        },
      ],
      false,
    ),
    [object]: item(
      [
        ...objectOperations(schema),
        {
          method: 'delete',
          action: 'delete',
          verb: 'delete',
          body: deleteOptions,
          answer: status,
          parameters: deleteParameters,
        },
      ],
      true,
    ),
  }
  if (namespaced) paths[`${root}/${plural}`] = pathItem(names, [list], false, true)
  if (definition.hasStatus) paths[`${object}/status`] = item(objectOperations(schema), true)
  if (definition.scale !== undefined) {
    const asScale = { ...names, definition: { ...definition, group: 'autoscaling', version: 'v1', kind: 'Scale' } }
    paths[`${object}/scale`] = pathItem(asScale, objectOperations(scale), true)
  }
  return paths
}

function objectOperations(schema: string): readonly Operation[] {
  return [
    { method: 'get', action: 'get', verb: 'get', answer: schema },
    { method: 'put', action: 'put', verb: 'update', body: schema, answer: schema, parameters: writeParameters },
    {
      method: 'patch',
      action: 'patch',
      verb: 'patch',
      body: patchSchemaName,
      answer: schema,
      parameters: patchParameters,
    },
  ]
}

function pathItem(names: PathNames, operations: readonly Operation[], named: boolean, allNamespaces = false): object {
  const { definition } = names
  const served = definition.verbs
  const parameters = [
    ...(named ? [nameParameter(definition.kind)] : []),
    ...(definition.namespaced && !allNamespaces ? [namespaceParameter] : []),
  ]
  const entries = operations
    .filter(({ verb }) => served === undefined || served.includes(verb))
    .map(operation => [operation.method, operationBody(names, operation)])
  return { ...Object.fromEntries(entries), ...(parameters.length === 0 ? {} : { parameters }) }
}

const json = 'application/json'
const patchTypes = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml']

function operationBody({ definition, custom }: PathNames, operation: Operation): object {
  const { group, version, kind } = definition
  const { action, body, answer, parameters } = operation
  const bodyTypes =
    action === 'patch' ? (custom ? patchTypes : [...patchTypes, 'application/strategic-merge-patch+json']) : [json]
  return {
    ...(parameters === undefined ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : { requestBody: { content: Object.fromEntries(bodyTypes.map(type => [type, { schema: referenceTo(body) }])) } }),
    responses: { 200: { description: 'OK', content: { [json]: { schema: referenceTo(answer) } } } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  }
}
