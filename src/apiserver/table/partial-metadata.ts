// An object reduced to its metadata, as JSON: for garbage collectors, and for the rows of tables.
import type { KubeObject, ObjectMeta } from '../../objects/object.ts'

const whole = new WeakMap<ObjectMeta, string>()
const slim = new WeakMap<ObjectMeta, string>()

export interface PartialOptions {
  readonly version: string
  /** Rows go without: nobody reads field ownership from a table, and it is half the bytes. */
  readonly managedFields: boolean
}

export function metadataJson(object: KubeObject, options: PartialOptions): string {
  const texts = options.managedFields ? whole : slim
  let text = texts.get(object.metadata)
  if (text === undefined) {
    const { managedFields, ...rest } = object.metadata
    text = JSON.stringify(options.managedFields && managedFields !== undefined ? { ...rest, managedFields } : rest)
    texts.set(object.metadata, text)
  }
  return `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/${options.version}","metadata":${text}}`
}
