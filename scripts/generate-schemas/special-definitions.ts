// Which definitions and fields do the packages not describe, or not as the API server does?
import type { Schema } from '../../src/objects/schema.ts'

const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const extensions = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1'
const schemaRef: Schema = { $ref: `#/components/schemas/${extensions}.JSONSchemaProps` }

/** Types with their own JSON form in Go; replaces what the declaration says. */
export const specialDefinitions: Readonly<Record<string, Schema>> = {
  [`${meta}.Time`]: { type: 'string', format: 'date-time' },
  [`${meta}.MicroTime`]: { type: 'string', format: 'date-time' },
  [`${meta}.FieldsV1`]: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  [`${meta}.Patch`]: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  'io.k8s.apimachinery.pkg.runtime.RawExtension': { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': {
    format: 'quantity',
    oneOf: [{ type: 'string' }, { type: 'number' }],
  },
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': {
    format: 'int-or-string',
    'x-kubernetes-int-or-string': true,
    oneOf: [{ type: 'integer' }, { type: 'string' }],
  },
  [`${extensions}.JSON`]: { 'x-kubernetes-preserve-unknown-fields': true },
  [`${extensions}.JSONSchemaPropsOrBool`]: { anyOf: [schemaRef, { type: 'boolean' }] },
  [`${extensions}.JSONSchemaPropsOrArray`]: { anyOf: [schemaRef, { type: 'array', items: schemaRef }] },
  [`${extensions}.JSONSchemaPropsOrStringArray`]: {
    anyOf: [schemaRef, { type: 'array', items: { type: 'string' } }],
  },
  'io.cilium.meta.v1.Time': { type: 'string', format: 'date-time' },
}

const duration: Schema = { type: 'string', pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' }

/** Fields newer than the packages, removed since, or defaults that a compiled validator forgets; by dotted path. */
const additions: Readonly<Record<string, Readonly<Record<string, Schema>>>> = {
  'io.cilium.v2.CiliumLoadBalancerIPPoolSpec': {
    // Removed in Cilium 1.16; kept so that old manifests are stored as written and can be explained.
    cidrs: {
      type: 'array',
      items: { type: 'object', properties: { cidr: { type: 'string', format: 'cidr' } } },
    },
    disabled: { type: 'boolean', default: false },
  },
  'io.k8s.networking.gateway.v1.HTTPRoute': {
    // Standard channel since Gateway API 1.2.
    'spec.rules.name': { type: 'string', minLength: 1, maxLength: 253 },
    'spec.rules.timeouts': {
      type: 'object',
      properties: { backendRequest: duration, request: duration },
    },
  },
}

/** Where one definition joins its alternatives with both words, which its declaration cannot say apart. */
const combinations: Readonly<Record<string, Pick<Schema, 'anyOf' | 'oneOf'>>> = {
  'io.cilium.policy.api.Rule': {
    anyOf: ['ingress', 'ingressDeny', 'egress', 'egressDeny'].map(name => ({ required: [name] })),
    oneOf: ['endpointSelector', 'nodeSelector'].map(name => ({ required: [name] })),
  },
}

export function withAdditions(definition: string, schema: Schema): Schema {
  let result = { ...schema, ...combinations[definition] }
  for (const [path, added] of Object.entries(additions[definition] ?? {}))
    result = withField(result, path.split('.'), added)
  return result
}

function withField(schema: Schema, path: readonly string[], added: Schema): Schema {
  if (schema.items !== undefined) return { ...schema, items: withField(schema.items, path, added) }
  const [name, ...rest] = path
  if (name === undefined) return added
  const inner = withField(schema.properties?.[name] ?? {}, rest, added)
  const properties = { ...schema.properties, [name]: inner }
  return {
    ...schema,
    properties: Object.fromEntries(Object.entries(properties).toSorted(([a], [b]) => (a < b ? -1 : 1))),
  }
}
