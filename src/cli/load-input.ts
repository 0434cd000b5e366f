// Reads what the user wrote: the site, the objects, and everything that is wrong with the text.
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { type DecodedObject, decodeManifests, type SkippedObject } from '../objects/decode.ts'
import { decodeSite } from '../site/decode-site.ts'
import type { Site } from '../site/site.ts'
import type { InputFile } from './read-input.ts'

export interface LoadedInput {
  readonly site?: Site
  readonly objects: readonly DecodedObject[]
  /** Documents of kinds that Fairway does not know. */
  readonly skipped: readonly SkippedObject[]
  readonly diagnostics: readonly Diagnostic[]
}

export function loadInput(files: readonly InputFile[]): LoadedInput {
  const { objects, skipped, diagnostics } = decodeManifests(files)
  const [first, ...more] = skipped.filter(document => document.kind === 'Site')
  const decoded = first === undefined ? { diagnostics: [] } : decodeSite(first.value, first.positionOf)
  return {
    ...decoded,
    objects,
    skipped: skipped.filter(document => document.kind !== 'Site'),
    diagnostics: [
      ...diagnostics,
      ...decoded.diagnostics,
      ...more.map(
        (document): Diagnostic => ({
          code: 'FW111',
          severity: 'error',
          message: 'there is more than one Site; only the first counts',
          fix: 'keep one Site in the folder',
          position: document.positionOf([]),
        }),
      ),
    ],
  }
}
