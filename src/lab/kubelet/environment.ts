// Which environment does a container start with?
import type { ConfigMap } from '../../objects/kinds/config-map.ts'
import type { Secret } from '../../objects/kinds/secret.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { fieldValue, type PodFacts, resourceValue } from './downward.ts'
import type { ContainerSpec } from './pod-types.ts'
import { linkedServices, serviceVariables } from './service-links.ts'

/** The objects a pod may refer to, by `namespace/name`. */
export interface PodSources {
  readonly configMaps: ReadonlyMap<string, ConfigMap>
  readonly secrets: ReadonlyMap<string, Secret>
  readonly services: ReadonlyMap<string, Service>
}

export type Environment =
  | { readonly kind: 'ready'; readonly env: Readonly<Record<string, string>> }
  /** Something it refers to is not there (yet); the words are the kubelet's. */
  | { readonly kind: 'missing'; readonly what: string }

class Missing extends Error {}

export function environmentOf(container: ContainerSpec, facts: PodFacts, sources: PodSources): Environment {
  try {
    const links = linkedServices(
      sources.services.values(),
      facts.pod.metadata.namespace ?? 'default',
      facts.pod.spec?.enableServiceLinks !== false,
    )
    return { kind: 'ready', env: { ...serviceVariables(links), ...declaredVariables(container, facts, sources) } }
  } catch (error) {
    if (error instanceof Missing) return { kind: 'missing', what: error.message }
    throw error
  }
}

/** What a container cannot start without; undefined when all of it is there. Cheaper than the whole environment. */
export function missingReference(container: ContainerSpec, facts: PodFacts, sources: PodSources): string | undefined {
  if (container.env === undefined && container.envFrom === undefined) return undefined
  try {
    declaredVariables(container, facts, sources)
    return undefined
  } catch (error) {
    if (error instanceof Missing) return error.message
    throw error
  }
}

function declaredVariables(container: ContainerSpec, facts: PodFacts, sources: PodSources): Record<string, string> {
  const env: Record<string, string> = {}
  const namespace = facts.pod.metadata.namespace ?? 'default'
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const data =
      configMapRef !== undefined
        ? find(sources.configMaps, 'configmap', namespace, configMapRef)?.data
        : secretRef !== undefined
          ? decoded(find(sources.secrets, 'secret', namespace, secretRef)?.data)
          : undefined
    for (const [key, value] of Object.entries(data ?? {})) env[prefix + key] = value
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const text = valueFrom === undefined ? expandReferences(value ?? '', env) : referred(valueFrom)
    if (text !== undefined) env[name] = text
  }
  return env

  function referred(from: NonNullable<NonNullable<ContainerSpec['env']>[number]['valueFrom']>): string | undefined {
    if (from.fieldRef !== undefined) return fieldValue(facts, from.fieldRef.fieldPath) ?? ''
    if (from.resourceFieldRef !== undefined) {
      const { resource, divisor, containerName = container.name } = from.resourceFieldRef
      const other = facts.pod.spec?.containers.find(one => one.name === containerName) ?? container
      return resourceValue(facts, other, { resource, ...(divisor !== undefined && { divisor }) }) ?? ''
    }
    if (from.configMapKeyRef !== undefined) {
      return pick(
        find(sources.configMaps, 'configmap', namespace, from.configMapKeyRef)?.data,
        'ConfigMap',
        namespace,
        from.configMapKeyRef,
      )
    }
    if (from.secretKeyRef !== undefined) {
      return pick(
        decoded(find(sources.secrets, 'secret', namespace, from.secretKeyRef)?.data),
        'Secret',
        namespace,
        from.secretKeyRef,
      )
    }
    return undefined
  }
}

interface Reference {
  readonly name?: string
  readonly optional?: boolean
}

function find<T>(map: ReadonlyMap<string, T>, noun: string, namespace: string, reference: Reference): T | undefined {
  const name = reference.name ?? ''
  const found = map.get(`${namespace}/${name}`)
  if (found === undefined && reference.optional !== true) throw new Missing(`${noun} "${name}" not found`)
  return found
}

function pick(
  data: Readonly<Record<string, string>> | undefined,
  kind: string,
  namespace: string,
  reference: Reference & { readonly key: string },
): string | undefined {
  const value = data?.[reference.key]
  if (value === undefined && reference.optional !== true) {
    throw new Missing(`couldn't find key ${reference.key} in ${kind} ${namespace}/${reference.name ?? ''}`)
  }
  return value
}

function decoded(data: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  )
}

/** `$(NAME)` becomes the variable's value if there is one, `$$` becomes `$`; everything else stays as it is. */
export function expandReferences(text: string, env: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$(?:\$|\(([^()]*)\))/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (env[name] ?? whole),
  )
}
