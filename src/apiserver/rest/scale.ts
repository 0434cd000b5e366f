// The scale subresource: how many replicas are wanted and there, the same for every kind that has them.
import type { KubeObject, ObjectKey } from '../../objects/object.ts'
import { invalid as invalidField } from '../../objects/problems.ts'
import type { LabelSelector } from '../../objects/selector.ts'
import type { Api, Call } from './api.ts'
import { badRequest, invalid, noSuchResource } from './errors.ts'
import { applyPatch, type PatchBody } from './patch.ts'
import { get } from './read.ts'
import type { ServedKind } from './served-kinds.ts'
import { update } from './update.ts'

export interface Scale extends KubeObject {
  readonly spec: { readonly replicas?: number }
  readonly status: { readonly replicas: number; readonly selector?: string }
}

export function getScale(api: Api, served: ServedKind, key: ObjectKey): Scale {
  return scaleOf(served, get(api, served, key))
}

export function updateScale(
  api: Api,
  served: ServedKind,
  request: { readonly key: ObjectKey; readonly body: unknown; readonly call: Call },
): Scale {
  const { key, call } = request
  const paths = pathsOf(served)
  const scale = request.body as {
    metadata?: { name?: unknown; resourceVersion?: unknown }
    spec?: { replicas?: unknown }
  } | null
  if (typeof scale !== 'object' || scale === null)
    throw badRequest('Scale in version "v1" cannot be handled as a Scale: not a JSON object')
  if (scale.metadata?.name !== undefined && scale.metadata.name !== key.name) {
    throw badRequest(
      `the name of the object (${String(scale.metadata.name)}) does not match the name on the URL (${key.name})`,
    )
  }
  const replicas = scale.spec?.replicas ?? 0
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    throw badRequest(
      `Scale in version "v1" cannot be handled as a Scale: spec.replicas is not an integer: ${JSON.stringify(replicas)}`,
    )
  }
  if (replicas < 0) {
    const problem = invalidField(['spec', 'replicas'], replicas, 'must be greater than or equal to 0')
    throw invalid({ group: 'autoscaling', kind: 'Scale', plural: 'scales' }, key.name, [problem])
  }
  const object = get(api, served, key)
  const wanted = setAt(object, stepsOf(paths.specReplicasPath), replicas) as KubeObject
  const resourceVersion = scale.metadata?.resourceVersion
  const body =
    typeof resourceVersion === 'string' && resourceVersion !== ''
      ? { ...wanted, metadata: { ...wanted.metadata, resourceVersion } }
      : wanted
  return scaleOf(served, update(api, served, { key, body, call, managedBy: 'scale' }))
}

export function patchScale(
  api: Api,
  served: ServedKind,
  request: { readonly key: ObjectKey; readonly body: PatchBody; readonly call: Call },
): Scale {
  const scale = getScale(api, served, request.key)
  // A Scale has no lists, so a strategic patch of it is a merge patch, also for a custom resource.
  const body =
    request.body.type === 'strategic' ? ({ type: 'merge', patch: request.body.patch } as const) : request.body
  if (body.type === 'apply') throw badRequest('a scale cannot be applied: patch it, or apply the object')
  return updateScale(api, served, { ...request, body: applyPatch(served, scale, body) })
}

function scaleOf(served: ServedKind, object: KubeObject): Scale {
  const paths = pathsOf(served)
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const replicas = valueAt(object, stepsOf(paths.specReplicasPath))
  const current = valueAt(object, stepsOf(paths.statusReplicasPath))
  const selector = paths.labelSelectorPath === undefined ? undefined : valueAt(object, stepsOf(paths.labelSelectorPath))
  const text =
    typeof selector === 'string'
      ? selector
      : selector === undefined
        ? undefined
        : selectorText(selector as LabelSelector)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: typeof replicas === 'number' ? { replicas } : {},
    status: { replicas: typeof current === 'number' ? current : 0, ...(text === undefined ? {} : { selector: text }) },
  }
}

function pathsOf(served: ServedKind) {
  const { scale } = served.definition
  if (scale === undefined) throw noSuchResource()
  return scale
}

/** `.spec.replicas` as steps; CustomResourceDefinitions allow nothing but plain field names here. */
function stepsOf(path: string): readonly string[] {
  return path.split('.').filter(step => step !== '')
}

function valueAt(value: unknown, steps: readonly string[]): unknown {
  let found = value
  for (const step of steps) found = (found as Readonly<Record<string, unknown>> | undefined)?.[step]
  return found
}

function setAt(value: unknown, [step, ...rest]: readonly string[], leaf: unknown): unknown {
  if (step === undefined) return leaf
  const map = (value ?? {}) as Readonly<Record<string, unknown>>
  return { ...map, [step]: setAt(map[step], rest, leaf) }
}

/** As `metav1.FormatLabelSelector` writes it: `app=web,tier in (a,b),!old`. */
function selectorText(selector: LabelSelector): string {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`)
  const others = (selector.matchExpressions ?? []).map(({ key, operator, values }) => {
    if (operator === 'Exists') return key
    if (operator === 'DoesNotExist') return `!${key}`
    return `${key} ${operator.toLowerCase()} (${[...(values ?? [])].sort().join(',')})`
  })
  return [...equal, ...others].sort().join(',')
}
