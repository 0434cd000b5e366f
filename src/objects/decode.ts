// Which objects do these manifest files hold, and what is wrong with them? Everything wrong is reported, with its place.
import { compareDiagnostics, type Diagnostic, type Position } from '../diagnostics/diagnostic.ts'
import { diagnosticOf, type ObjectPlace, problemsOf, withFixes } from './decode/check-object.ts'
import { customKindOf, customKinds, customProblems } from './decode/custom-kinds.ts'
import { findRepeats } from './decode/find-repeats.ts'
import { type Identity, identify } from './decode/identify.ts'
import { oldFormWarnings } from './decode/old-forms.ts'
import { Source } from './decode/source.ts'
import { yamlDiagnostics } from './decode/yaml-diagnostics.ts'
import type { KindDefinition } from './kind.ts'
import { describeObject, type KubeObject } from './object.ts'
import { splitDocuments } from './yaml/documents.ts'

export interface ManifestFile {
  /** As diagnostics name it. */
  readonly file: string
  readonly text: string
}

export interface DecodedObject {
  /** As written: no defaults, nothing taken away. */
  readonly object: KubeObject
  readonly definition: KindDefinition
  /** Of the field at this path of the object; of the nearest part that exists when the field does not. */
  positionOf(path: readonly (string | number)[], part?: 'key' | 'value'): Position
}

/** An object of a kind Fairway does not know: not an error, and never dropped silently. */
export interface SkippedObject {
  readonly object: KubeObject
  /** Of its kind. */
  readonly position: Position
  /** Already the subject of a diagnostic: written almost like a kind that exists, or in a version that has gone. */
  readonly isMistaken: boolean
  readonly positionOf: DecodedObject['positionOf']
}

export interface Decoded {
  /** Without those that the API server would refuse; in the order of files and documents. */
  readonly objects: readonly DecodedObject[]
  /** Of kinds that a CustomResourceDefinition among the manifests defines; without those that its schema refuses. */
  readonly custom: readonly DecodedObject[]
  readonly skipped: readonly SkippedObject[]
  readonly diagnostics: readonly Diagnostic[]
}

export function decodeManifests(files: readonly ManifestFile[]): Decoded {
  const decoder = new Decoder()
  for (const { file, text } of files) {
    for (const document of splitDocuments(text)) decoder.document(new Source(file, document))
  }
  return decoder.finish()
}

class Decoder {
  readonly #objects: DecodedObject[] = []
  readonly #diagnostics: Diagnostic[] = []
  /** Held back until all files are read: a CRD may yet define their kinds. */
  readonly #unknown: Unknown[] = []

  document(source: Source): void {
    const { value } = source
    this.#diagnostics.push(...yamlDiagnostics(source))
    if (value === null || source.mistakes.some(mistake => mistake.kind !== 'duplicate-key')) return
    // With two values for one key there is no telling which was meant: the rest is checked, the object left out.
    const [kept, keptUnknown] = [this.#objects.length, this.#unknown.length]
    this.#value(value, { source, path: [] })
    if (source.mistakes.length === 0) return
    this.#objects.length = kept
    this.#unknown.length = keptUnknown
  }

  #value(value: unknown, place: ObjectPlace): void {
    if (!isObject(value)) {
      this.#refuse(place, `a manifest must be a map, but this is ${typeName(value)}`, {
        fix: 'begin with apiVersion:, kind: and metadata:',
      })
      return
    }
    const { apiVersion, kind } = value
    if (apiVersion === undefined && kind === undefined) {
      this.#refuse(place, 'apiVersion and kind are missing', {
        fix: 'add both at the top, or keep files that are no manifests elsewhere',
      })
      return
    }
    for (const [field, text] of [
      ['apiVersion', apiVersion],
      ['kind', kind],
    ] as const) {
      if (typeof text === 'string' && text !== '') continue
      const reason = text === undefined ? 'is missing' : `must be text, but is ${typeName(text)}`
      this.#refuse(place, `${field} ${reason}`, { field, fix: `add ${field}: at the top of the object` })
    }
    if (typeof apiVersion !== 'string' || typeof kind !== 'string' || apiVersion === '' || kind === '') return
    if (kind.endsWith('List') && Array.isArray(value.items)) {
      for (const [index, item] of value.items.entries()) {
        const typed = kind === 'List' || !isObject(item) ? item : { apiVersion, kind: kind.slice(0, -4), ...item }
        this.#value(typed, { source: place.source, path: [...place.path, 'items', index] })
      }
      return
    }
    const metadata = value.metadata
    if (!isObject(metadata)) {
      const reason =
        metadata === undefined ? 'metadata is missing' : `metadata must be a map, but is ${typeName(metadata)}`
      this.#refuse(place, `${kind}: ${reason}`, { field: 'metadata', fix: 'add metadata: with a name: below it' })
      return
    }
    this.#object(value as unknown as KubeObject, place)
  }

  #object(object: KubeObject, place: ObjectPlace): void {
    const identity = identify(object.apiVersion, object.kind)
    if (identity.kind !== 'known') {
      const mistake = identity.kind === 'foreign' ? undefined : mistakeOf(object, { identity, place })
      this.#unknown.push({ object, place, mistake })
      return
    }
    const { definition } = identity
    const problems = problemsOf(object, definition)
    this.#diagnostics.push(...problems.map(problem => diagnosticOf(problem, object, place)))
    if (problems.some(problem => problem.severity === 'error')) return
    const decoded: DecodedObject = {
      object,
      definition,
      positionOf: positionIn(place),
    }
    this.#diagnostics.push(...oldFormWarnings(decoded))
    this.#objects.push(decoded)
  }

  #refuse(place: ObjectPlace, message: string, advice: { readonly field?: string; readonly fix: string }): void {
    const path = advice.field === undefined ? place.path : [...place.path, advice.field]
    this.#diagnostics.push({
      code: 'FW103',
      severity: 'error',
      message,
      why: 'Every Kubernetes object says its apiVersion, its kind and its name.',
      fix: advice.fix,
      position: place.source.positionOf(path),
    })
  }

  /** Sorts the unknown into those that a CRD of these manifests defines, and those that stay unknown. */
  #settleUnknown(): Pick<Decoded, 'custom' | 'skipped'> {
    const kinds = customKinds(this.#objects.map(({ object }) => object))
    const custom: DecodedObject[] = []
    const skipped: SkippedObject[] = []
    for (const { object, place, mistake } of this.#unknown) {
      const kind = customKindOf(kinds, object)
      if (kind === undefined) {
        if (mistake !== undefined) this.#diagnostics.push(mistake)
        const position = place.source.positionOf([...place.path, 'kind'])
        skipped.push({ object, position, isMistaken: mistake !== undefined, positionOf: positionIn(place) })
        continue
      }
      const problems = withFixes(customProblems(object, kind), { object, schema: kind.schema ?? {} })
      this.#diagnostics.push(...problems.map(problem => diagnosticOf(problem, object, place)))
      if (problems.some(({ severity }) => severity === 'error')) continue
      custom.push({ object, definition: kind.definition, positionOf: positionIn(place) })
    }
    return { custom, skipped }
  }

  finish(): Decoded {
    const { custom, skipped } = this.#settleUnknown()
    this.#diagnostics.push(...findRepeats([...this.#objects, ...custom]))
    return {
      objects: this.#objects,
      custom,
      skipped,
      diagnostics: this.#diagnostics.toSorted(compareDiagnostics),
    }
  }
}

/** An object whose kind is not built in. */
interface Unknown {
  readonly object: KubeObject
  readonly place: ObjectPlace
  /** What to say unless a CRD defines the kind. */
  readonly mistake: Diagnostic | undefined
}

interface MistakenPlace {
  readonly identity: Exclude<Identity, { kind: 'known' | 'foreign' }>
  readonly place: ObjectPlace
}

function mistakeOf(object: KubeObject, { identity, place }: MistakenPlace): Diagnostic {
  const at = (field: string) => place.source.positionOf([...place.path, field])
  if (identity.kind === 'mistaken') {
    const { message, why, fix, field } = identity
    return { code: 'FW105', severity: 'error', message, why, fix, position: at(field) }
  }
  const { since, apiVersion, also } = identity.removed
  return {
    code: 'FW109',
    severity: 'error',
    message: `${describeObject(object)} is written for ${object.apiVersion}, which Kubernetes ${since} removed`,
    why: 'The API server has no such kind any more, so the object is left out.',
    fix: [apiVersion === undefined ? undefined : `write apiVersion: ${apiVersion}`, also]
      .filter(part => part !== undefined)
      .join('\n'),
    position: at('apiVersion'),
    object: describeObject(object),
  }
}

function positionIn({ source, path }: ObjectPlace): DecodedObject['positionOf'] {
  return (field, part) => source.positionOf([...path, ...field], part)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function typeName(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 40))}`
  return typeof value === 'object' ? 'a map' : `the ${typeof value} ${value}`
}
