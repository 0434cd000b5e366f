// pods/eviction: how `kubectl drain` asks a Pod to leave. There are no disruption budgets here, so it always may.
import type { ObjectKey } from '../../objects/object.ts'
import type { Api, Call } from './api.ts'
import { type RemoveOptions, remove } from './remove.ts'
import type { ServedKind } from './served-kinds.ts'

export interface EvictionRequest {
  readonly key: ObjectKey
  /** An Eviction; its deleteOptions hold. */
  readonly body: unknown
  readonly call: Call
}

export function evictPod(api: Api, { key, body, call }: EvictionRequest): object {
  const given =
    (body as { deleteOptions?: RemoveOptions & { dryRun?: readonly string[] } } | undefined)?.deleteOptions ?? {}
  const { gracePeriodSeconds, preconditions } = given
  remove(api, api.kinds.find('', 'v1', 'pods') as ServedKind, {
    key,
    call: { ...call, dryRun: call.dryRun || (given.dryRun ?? []).includes('All') },
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(preconditions === undefined ? {} : { preconditions }),
  })
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
}
