// Reads what the user wrote: the site, the objects, and everything that is wrong with the text.
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { type DecodedObject, decodeManifests, type SkippedObject } from '../objects/decode.ts'
import { decodeSite } from '../site/decode-site.ts'
import type { Site } from '../site/site.ts'
import type { InputFile } from './read-input.ts'

export interface LoadedInput {
  readonly site?: Site
  /** Where a field of the site stands. */
  readonly positionInSite?: DecodedObject['positionOf']
  readonly objects: readonly DecodedObject[]
  /** Of kinds that a CustomResourceDefinition among the objects defines. */
  readonly custom: readonly DecodedObject[]
  /** Documents of kinds that Fairway does not know. */
  readonly skipped: readonly SkippedObject[]
  readonly diagnostics: readonly Diagnostic[]
}

export function loadInput(files: readonly InputFile[]): LoadedInput {
  const { objects, custom, skipped, diagnostics } = decodeManifests(files)
  const [first, ...more] = skipped.filter(isSite)
  const decoded = first === undefined ? { diagnostics: [] } : decodeSite(first.object, first.positionOf)
  return {
    ...decoded,
    ...(first === undefined ? {} : { positionInSite: first.positionOf }),
    objects: objects.map(inNamespace),
    custom: custom.map(inNamespace),
    skipped: skipped.filter(document => !isSite(document)),
    diagnostics: [
      ...diagnostics,
      ...decoded.diagnostics,
      ...more.map(
        (document): Diagnostic => ({
          code: 'FW111',
          severity: 'error',
          message: 'there is more than one Site; only the first counts',
          why: 'A lab is one site, and so is a folder.',
          fix: 'keep one Site in the folder',
          position: document.position,
        }),
      ),
    ],
  }
}

function isSite({ object }: SkippedObject): boolean {
  return object.kind === 'Site' && object.apiVersion.startsWith('fairway.dev/')
}

/** A namespaced object without a namespace lands in `default`, as with kubectl. */
function inNamespace(decoded: DecodedObject): DecodedObject {
  const { object, definition } = decoded
  if (!definition.namespaced || object.metadata.namespace !== undefined) return decoded
  return { ...decoded, object: { ...object, metadata: { ...object.metadata, namespace: 'default' } } }
}
