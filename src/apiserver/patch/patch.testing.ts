// Schemas and objects that the tests of the patches share: a Deployment with the markers upstream's schema has.
import type { KubeObject } from '../../objects/object.ts'
import type { FieldSchema } from './field-schema.ts'

const text: FieldSchema = { type: 'string' }
const number: FieldSchema = { type: 'integer' }
const texts: FieldSchema = { type: 'object', additionalProperties: text }

function mergedList(mergeKey: string, keys: readonly string[], items: FieldSchema): FieldSchema {
  return {
    type: 'array',
    items,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': keys,
    'x-kubernetes-patch-merge-key': mergeKey,
    'x-kubernetes-patch-strategy': 'merge',
  }
}

const container: FieldSchema = {
  type: 'object',
  properties: {
    name: text,
    image: text,
    args: { type: 'array', items: text, 'x-kubernetes-list-type': 'atomic' },
    resources: { type: 'object', default: {}, properties: { limits: texts } },
    env: mergedList('name', ['name'], { type: 'object', properties: { name: text, value: text } }),
    ports: mergedList('containerPort', ['containerPort', 'protocol'], {
      type: 'object',
      properties: { name: text, containerPort: number, protocol: { type: 'string', default: 'TCP' } },
    }),
  },
}

export const deploymentSchema: FieldSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      default: {},
      properties: {
        replicas: number,
        paused: { type: 'boolean' },
        selector: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { matchLabels: texts } },
        strategy: {
          type: 'object',
          'x-kubernetes-patch-strategy': 'retainKeys',
          properties: { type: text, rollingUpdate: { type: 'object', properties: { maxSurge: {} } } },
        },
        template: {
          type: 'object',
          default: {},
          properties: {
            spec: {
              type: 'object',
              default: {},
              required: ['containers'],
              properties: {
                containers: mergedList('name', ['name'], container),
                nodeSelector: { ...texts, 'x-kubernetes-map-type': 'atomic' },
                tolerations: { type: 'array', 'x-kubernetes-list-type': 'atomic', items: { type: 'object' } },
              },
            },
          },
        },
      },
    },
    status: {
      type: 'object',
      default: {},
      properties: {
        readyReplicas: number,
        conditions: mergedList('type', ['type'], { type: 'object', properties: { type: text, status: text } }),
      },
    },
  },
}

/** A Deployment as the tests write and read it; the patches take it as any object. */
export interface TestObject extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
}

export function deployment(spec: Readonly<Record<string, unknown>>, metadata: object = {}): TestObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', ...metadata }, spec }
}

export function withContainers(...containers: readonly object[]): {
  template: { spec: { containers: readonly object[] } }
} {
  return { template: { spec: { containers } } }
}
