// Answers with objects: one, a list, or a table of them, in the form the client asked for.
import { apiVersionOf } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/object.ts'
import { badRequest } from '../rest/errors.ts'
import type { ListResult } from '../rest/read.ts'
import type { ServedKind } from '../rest/served-kinds.ts'
import { jsonOf } from '../store/json.ts'
import { metadataJson } from '../table/partial-metadata.ts'
import { listMetadataJson, tableJson } from '../table/table.ts'
import type { Exchange } from './exchange.ts'
import { type Form, negotiate } from './negotiate.ts'
import { replyIn } from './reply.ts'

export interface Presentation {
  readonly served: ServedKind
  readonly now: number
}

export function replyObject(
  exchange: Exchange,
  object: KubeObject,
  options: Presentation & { readonly code: number },
): void {
  const form = negotiate(exchange.request.headers.accept)
  replyIn(exchange, form, {
    code: options.code,
    json: objectJson(exchange, object, { ...options, form, headers: true }),
  })
}

export interface ObjectPresentation extends Presentation {
  readonly form: Form
  /** Whether a table names its columns. */
  readonly headers: boolean
}

export function objectJson(exchange: Exchange, object: KubeObject, options: ObjectPresentation): string {
  const { form, served } = options
  switch (form.as) {
    case 'object':
      return jsonOf(object)
    case 'metadata':
      return metadataJson(object, { version: form.version, managedFields: true })
    case 'table':
      return tableJson([object], {
        definition: served.definition,
        version: form.version,
        include: includeOf(exchange),
        now: options.now,
        metadata: listMetadataJson({ resourceVersion: object.metadata.resourceVersion ?? '' }),
        headers: options.headers,
      })
  }
}

export function replyList(exchange: Exchange, list: ListResult, options: Presentation): void {
  const form = negotiate(exchange.request.headers.accept)
  const { definition } = options.served
  const metadata = listMetadataJson(list)
  replyIn(exchange, form, { code: 200, json: listJson() })

  function listJson(): string {
    switch (form.as) {
      case 'object': {
        const items = list.items.map(jsonOf).join(',')
        const apiVersion = apiVersionOf(definition.group, definition.version)
        return `{"kind":${JSON.stringify(definition.listKind)},"apiVersion":${JSON.stringify(apiVersion)},"metadata":${metadata},"items":[${items}]}`
      }
      case 'metadata': {
        const items = list.items
          .map(item => metadataJson(item, { version: form.version, managedFields: true }))
          .join(',')
        return `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/${form.version}","metadata":${metadata},"items":[${items}]}`
      }
      case 'table':
        return tableJson(list.items, {
          definition,
          version: form.version,
          include: includeOf(exchange),
          now: options.now,
          metadata,
          headers: true,
        })
    }
  }
}

export function includeOf({ query }: Exchange): 'None' | 'Metadata' | 'Object' {
  const include = query.get('includeObject') || 'Metadata'
  if (include === 'None' || include === 'Metadata' || include === 'Object') return include
  throw badRequest(`unrecognized includeObject value: ${JSON.stringify(include)}`)
}
