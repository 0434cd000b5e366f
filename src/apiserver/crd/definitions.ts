// Serves what CustomResourceDefinitions define: from the moment one is stored until it and all its objects are gone.
import {
  type CustomResourceDefinition,
  customResourceDefinitions,
} from '../../objects/kinds/custom-resource-definition.ts'
import type { KubeObject } from '../../objects/object.ts'
import { type Admission, type Api, type Call, timestamp } from '../rest/api.ts'
import { forbidden } from '../rest/errors.ts'
import { remove } from '../rest/remove.ts'
import type { ServedKind } from '../rest/served-kinds.ts'
import { update } from '../rest/update.ts'
import { servedKindsOf } from './custom-kind.ts'
import { cleanupFinalizer, established, isEstablished } from './definition-status.ts'

export const definitionsCollection = 'customresourcedefinitions.apiextensions.k8s.io'

const call: Call = {
  user: { name: 'system:fairway', groups: ['system:masters'] },
  fieldManager: 'fairway',
  dryRun: false,
  fieldValidation: 'Ignore',
  warn: () => undefined,
}

/** Admission of CustomResourceDefinitions: their status is settled before they are stored, so there is nothing to wait for. */
export function definitionAdmission(api: () => Api, builtIn: ReadonlySet<string>): Admission {
  const settle = (object: KubeObject, call: Call): KubeObject => {
    const definition = object as CustomResourceDefinition
    if (definition.spec?.conversion?.strategy === 'Webhook') {
      call.warn('spec.conversion: webhooks are not called here; versions are served with only apiVersion changed')
    }
    for (const { name, schema } of definition.spec?.versions ?? []) {
      const path = firstRule(schema?.openAPIV3Schema, [])
      if (path === undefined) continue
      const what = `spec.versions[${name}].schema: rules in x-kubernetes-validations are kept but not evaluated here`
      call.warn(`${what}; the first is at ${path.length === 0 ? 'the root' : path.join('.')}`)
    }
    return established(definition, { kinds: api().kinds, time: timestamp(api()) })
  }
  return {
    create: settle,
    update: (object, _old, call) => settle(object, call),
    remove: object => {
      const { name } = object.metadata
      if (builtIn.has(name)) throw forbidden(customResourceDefinitions, name, 'this kind is built into the server')
    },
  }
}

/** Where in the schema the first rule of the Common Expression Language stands: objects that break it are accepted here. */
function firstRule(schema: unknown, path: readonly string[]): readonly string[] | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined
  const { properties = {}, ...rest } = schema as { readonly properties?: Readonly<Record<string, unknown>> }
  if (Object.hasOwn(rest, 'x-kubernetes-validations')) return path
  const { items, additionalProperties } = rest as { readonly items?: unknown; readonly additionalProperties?: unknown }
  const inner: readonly (readonly [string, unknown])[] = [
    ...Object.entries(properties),
    ['[]', items],
    ['{}', additionalProperties],
  ]
  for (const [name, property] of inner) {
    const found = firstRule(property, [...path, name])
    if (found !== undefined) return found
  }
  return undefined
}

/** Serves the stored definitions and follows their changes. `builtIn` names those that the registry serves already. */
export function serveDefinitions(api: Api, builtIn: ReadonlySet<string>): void {
  const collection = api.store.collection(definitionsCollection)
  const serve = (object: KubeObject) => {
    const definition = object as CustomResourceDefinition
    const { name } = definition.metadata
    if (builtIn.has(name)) return
    api.kinds.replace(name, isEstablished(definition) ? servedKindsOf(definition) : [])
    if (definition.metadata.deletionTimestamp !== undefined) cleanUp(api, name)
  }
  for (const object of collection.values()) serve(object)
  collection.listen(api.store.revision, change => {
    if (change.type !== 'DELETED') serve(change.object)
    else if (!builtIn.has(change.key)) api.kinds.replace(change.key, [])
  })
}

/** Deletes every object of a definition that is going, and lets the definition go once none is left. */
function cleanUp(api: Api, name: string): void {
  // Not in the middle of telling others of the change that led here.
  queueMicrotask(() => {
    const objects = api.store.collection(name)
    const [served] = api.kinds.ofCollection(name)
    if (served !== undefined) for (const { metadata } of [...objects.values()]) removeOne(api, served, metadata)
    if (objects.size === 0) {
      release(api, name)
      return
    }
    // Finalizers hold some of them: the last one to go lets the definition go.
    const stop = objects.listen(api.store.revision, () => {
      if (objects.size > 0) return
      stop()
      queueMicrotask(() => release(api, name))
    })
  })
}

function removeOne(api: Api, served: ServedKind, { name, namespace }: KubeObject['metadata']): void {
  remove(api, served, { key: { name, ...(namespace === undefined ? {} : { namespace }) }, call })
}

function release(api: Api, name: string): void {
  const served = api.kinds.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions')
  const definition = api.store.collection(definitionsCollection).get(name)
  if (served === undefined || definition === undefined || definition.metadata.deletionTimestamp === undefined) return
  const finalizers = (definition.metadata.finalizers ?? []).filter(finalizer => finalizer !== cleanupFinalizer)
  const body = { ...definition, metadata: { ...definition.metadata, finalizers } }
  update(api, served, { key: { name }, body, call, unconditional: true })
}
