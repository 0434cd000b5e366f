// Which objects must exist before the pods of a workload can run, and where does it name them?
import type { Container } from '../../objects/pods/defaults.ts'
import type { FieldPath } from './rule.ts'
import type { Workload } from './workloads.ts'

export type NeededKind = 'ConfigMap' | 'Secret' | 'ServiceAccount' | 'PersistentVolumeClaim'

/** What is marked optional is left out. */
export interface Need {
  readonly kind: NeededKind
  readonly name: string
  /** Of the name. */
  readonly path: FieldPath
  /** A key that the object must hold. */
  readonly key?: string
  readonly keyPath?: FieldPath
}

export function needsOf({ spec, specPath }: Workload): readonly Need[] {
  if (spec === undefined) return []
  const needs: Need[] = []
  const add = (kind: NeededKind, name: string | undefined, path: FieldPath) => {
    if (name !== undefined && name !== '') needs.push({ kind, name, path })
  }
  add('ServiceAccount', spec.serviceAccountName, [...specPath, 'serviceAccountName'])
  for (const [index, volume] of (spec.volumes ?? []).entries()) {
    const at = [...specPath, 'volumes', index]
    needs.push(...filesOf('ConfigMap', volume.configMap, [...at, 'configMap']))
    needs.push(...filesOf('Secret', volume.secret, [...at, 'secret']))
    add('PersistentVolumeClaim', volume.persistentVolumeClaim?.claimName, [...at, 'persistentVolumeClaim', 'claimName'])
    for (const [number, source] of (volume.projected?.sources ?? []).entries()) {
      const place = [...at, 'projected', 'sources', number]
      needs.push(...filesOf('ConfigMap', source.configMap, [...place, 'configMap']))
      needs.push(...filesOf('Secret', source.secret, [...place, 'secret']))
    }
  }
  for (const field of ['initContainers', 'containers'] as const) {
    for (const [index, container] of (spec[field] ?? []).entries()) {
      needs.push(...variablesOf(container as Container, [...specPath, field, index]))
    }
  }
  return needs
}

interface Files {
  readonly name?: string
  /** What a volume calls the name of its Secret. */
  readonly secretName?: string
  readonly optional?: boolean
  readonly items?: readonly { readonly key: string }[]
}

function filesOf(kind: NeededKind, files: Files | undefined, at: FieldPath): readonly Need[] {
  const name = files?.secretName ?? files?.name
  if (files === undefined || !name || files.optional === true) return []
  const need: Need = { kind, name, path: [...at, files.secretName === undefined ? 'name' : 'secretName'] }
  const keys = (files.items ?? []).map(
    ({ key }, index): Need => ({ ...need, key, keyPath: [...at, 'items', index, 'key'] }),
  )
  return [need, ...keys]
}

function variablesOf(container: Container, at: FieldPath): readonly Need[] {
  const needs: Need[] = []
  for (const [index, { valueFrom }] of (container.env ?? []).entries()) {
    for (const [field, kind] of [
      ['configMapKeyRef', 'ConfigMap'],
      ['secretKeyRef', 'Secret'],
    ] as const) {
      const reference = valueFrom?.[field]
      if (!reference?.name || reference.optional === true) continue
      const path = [...at, 'env', index, 'valueFrom', field]
      needs.push({ kind, name: reference.name, path: [...path, 'name'], key: reference.key, keyPath: [...path, 'key'] })
    }
  }
  for (const [index, source] of (container.envFrom ?? []).entries()) {
    for (const [field, kind] of [
      ['configMapRef', 'ConfigMap'],
      ['secretRef', 'Secret'],
    ] as const) {
      const reference = source[field]
      if (!reference?.name || reference.optional === true) continue
      needs.push({ kind, name: reference.name, path: [...at, 'envFrom', index, field, 'name'] })
    }
  }
  return needs
}
