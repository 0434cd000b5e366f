// Objects as a server-side table: what `kubectl get` prints.
import type { Column, KindDefinition } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/object.ts'
import { jsonOf } from '../store/json.ts'
import { metadataJson } from './partial-metadata.ts'

export interface TableOptions {
  readonly definition: KindDefinition
  /** `v1` or `v1beta1`. */
  readonly version: string
  /** What each row carries of its object. */
  readonly include: 'None' | 'Metadata' | 'Object'
  /** ms since the epoch, for ages. */
  readonly now: number
  /** JSON of the list's metadata. */
  readonly metadata: string
  /** A watch sends the columns only once. */
  readonly headers: boolean
}

/** JSON of a `Table`; written by concatenation because a list of 5,000 is on the way to someone who waits. */
export function tableJson(objects: readonly KubeObject[], options: TableOptions): string {
  const { definition } = options
  const rows: string[] = []
  for (const object of objects) rows.push(rowJson(object, options))
  const columns = options.headers ? columnsJson(definition) : 'null'
  return `{"kind":"Table","apiVersion":"meta.k8s.io/${options.version}","metadata":${options.metadata},"columnDefinitions":${columns},"rows":[${rows.join(',')}]}`
}

function rowJson(object: KubeObject, options: TableOptions): string {
  const cells = options.definition.columns.map(column => cellOf(column, object, options.now))
  const row = `{"cells":${JSON.stringify(cells)}`
  switch (options.include) {
    case 'None':
      return `${row}}`
    case 'Object':
      return `${row},"object":${jsonOf(object)}}`
    case 'Metadata':
      return `${row},"object":${metadataJson(object, { version: options.version, managedFields: false })}}`
  }
}

/** One object that is not as its kind says must not take the whole table away. */
function cellOf(column: Column, object: KubeObject, now: number): string | number | boolean | null {
  try {
    return column.cell(object, now)
  } catch {
    return null
  }
}

const headers = new WeakMap<readonly Column[], string>()

function columnsJson(definition: KindDefinition): string {
  let text = headers.get(definition.columns)
  if (text === undefined) {
    text = JSON.stringify(
      definition.columns.map(({ name, type, format, description, priority }) => ({
        name,
        type,
        format: format ?? '',
        description: description ?? '',
        priority: priority ?? 0,
      })),
    )
    headers.set(definition.columns, text)
  }
  return text
}

export function listMetadataJson(list: {
  readonly resourceVersion: string
  readonly continue?: string
  readonly remainingItemCount?: number
}): string {
  const { resourceVersion, remainingItemCount } = list
  return JSON.stringify({
    resourceVersion,
    ...(list.continue === undefined ? {} : { continue: list.continue }),
    ...(remainingItemCount === undefined ? {} : { remainingItemCount }),
  })
}
