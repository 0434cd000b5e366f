// pods/binding: how a scheduler gives a Pod its node.
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import type { ObjectKey } from '../../objects/object.ts'
import { type Api, type Call, storageKey, timestamp } from './api.ts'
import { badRequest, conflict, notFound } from './errors.ts'
import { trackFields } from './field-ownership.ts'
import type { ServedKind } from './served-kinds.ts'

export interface BindingRequest {
  readonly key: ObjectKey
  /** A Binding. */
  readonly body: unknown
  readonly call: Call
}

/** Sets nodeName and the condition PodScheduled; answers with a success Status. */
export function bindPod(api: Api, { key, body, call }: BindingRequest): object {
  const node = (body as { target?: { kind?: unknown; name?: unknown } } | undefined)?.target
  if (typeof node?.name !== 'string' || node.name === '')
    throw badRequest('Binding "" is invalid: target.name: Required value')
  if (node.kind !== undefined && node.kind !== '' && node.kind !== 'Node') {
    throw badRequest(
      `Binding "" is invalid: target.kind: Unsupported value: ${JSON.stringify(node.kind)}: supported values: "Node"`,
    )
  }
  const served = api.kinds.find('', 'v1', 'pods') as ServedKind
  const old = api.store.collection('pods').get(storageKey(served, key)) as Pod | undefined
  if (old === undefined) throw notFound(pods, key.name)
  if (old.metadata.deletionTimestamp !== undefined)
    throw conflict(pods, key.name, `pod ${key.name} is being deleted, cannot be assigned to a host`)
  if (old.spec?.nodeName)
    throw conflict(pods, key.name, `pod ${key.name} is already assigned to node ${JSON.stringify(old.spec.nodeName)}`)
  const condition = { type: 'PodScheduled', status: 'True', lastTransitionTime: timestamp(api) }
  const others = (old.status?.conditions ?? []).filter(condition => condition.type !== 'PodScheduled')
  const bound = {
    ...old,
    spec: { ...old.spec, nodeName: node.name },
    status: { ...old.status, conditions: [...others, condition] },
  } as Pod
  if (!call.dryRun)
    api.store.put('pods', trackFields(api, served, { object: bound, old, call, subresource: 'binding' }))
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
}
