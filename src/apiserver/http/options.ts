// What the query of a URL says about how to read or write.

import type { Call, FieldValidation } from '../rest/api.ts'
import { badRequest } from '../rest/errors.ts'
import type { ListRequest } from '../rest/read.ts'
import type { Propagation, RemoveOptions } from '../rest/remove.ts'
import type { Exchange } from './exchange.ts'

export function callOf(exchange: Exchange): Call {
  const { query, warnings } = exchange
  const dryRun = query.get('dryRun')
  if (dryRun !== null && dryRun !== '' && dryRun !== 'All') {
    throw badRequest(`Invalid value: ${JSON.stringify([dryRun])}: supported values: "All"`)
  }
  const fieldValidation = query.get('fieldValidation') || 'Warn'
  if (!isFieldValidation(fieldValidation)) {
    throw badRequest(
      `fieldValidation: Unsupported value: ${JSON.stringify(fieldValidation)}: supported values: "Ignore", "Strict", "Warn"`,
    )
  }
  return {
    user: exchange.user,
    fieldManager: query.get('fieldManager') || managerFromAgent(exchange),
    dryRun: dryRun === 'All',
    fieldValidation,
    warn: message => void (warnings.includes(message) || warnings.push(message)),
  }
}

function isFieldValidation(text: string): text is FieldValidation {
  return text === 'Ignore' || text === 'Warn' || text === 'Strict'
}

/** The program's name before the first slash, as upstream takes it. */
function managerFromAgent({ request }: Exchange): string {
  return (request.headers['user-agent'] ?? '').split('/')[0]?.slice(0, 128) || 'unknown'
}

export function listRequestOf(query: URLSearchParams, namespace: string | undefined): ListRequest {
  const limit = query.get('limit')
  if (limit !== null && limit !== '' && !/^\d+$/.test(limit))
    throw badRequest(`limit: Invalid value: ${JSON.stringify(limit)}`)
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...text(query, 'labelSelector'),
    ...text(query, 'fieldSelector'),
    ...text(query, 'continue'),
    ...text(query, 'resourceVersion'),
    ...text(query, 'resourceVersionMatch'),
    ...(limit === null || limit === '' ? {} : { limit: Number(limit) }),
  }
}

function text<K extends string>(query: URLSearchParams, name: K): { [P in K]?: string } {
  const value = query.get(name)
  return (value === null || value === '' ? {} : { [name]: value }) as { [P in K]?: string }
}

/** DeleteOptions come in the body, or in the query for small clients. */
export function removeOptionsOf(exchange: Exchange, body: unknown): RemoveOptions & { readonly dryRun: boolean } {
  const { query } = exchange
  const given = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const grace = given.gracePeriodSeconds ?? query.get('gracePeriodSeconds') ?? undefined
  const orphan = given.orphanDependents ?? query.get('orphanDependents') ?? undefined
  const propagation =
    given.propagationPolicy ??
    query.get('propagationPolicy') ??
    (orphan === undefined ? undefined : String(orphan) === 'true' ? 'Orphan' : 'Background')
  if (propagation !== undefined && !isPropagation(propagation)) {
    throw badRequest(
      `DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: ${JSON.stringify(propagation)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
    )
  }
  if (grace !== undefined && !/^-?\d+$/.test(String(grace)))
    throw badRequest(`gracePeriodSeconds: Invalid value: ${String(grace)}`)
  const preconditions = given.preconditions as { uid?: string; resourceVersion?: string } | undefined
  const dryRun = Array.isArray(given.dryRun) ? given.dryRun.includes('All') : query.get('dryRun') === 'All'
  return {
    dryRun,
    ...(propagation === undefined ? {} : { propagation }),
    ...(grace === undefined ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(preconditions === undefined ? {} : { preconditions }),
  }
}

function isPropagation(value: unknown): value is Propagation {
  return value === 'Background' || value === 'Foreground' || value === 'Orphan'
}
