// One document of a file: its value, its mistakes, and where each field stands, which is only worked out when asked.
import type { Position } from '../../diagnostics/diagnostic.ts'
import type { FieldPath } from '../problems.ts'
import type { DocumentText } from '../yaml/documents.ts'
import { type FullResult, type Place, readFullYaml, type YamlMistake } from '../yaml/full-yaml.ts'
import { readPlainYaml } from '../yaml/plain-yaml.ts'

export class Source {
  readonly value: unknown
  readonly mistakes: readonly YamlMistake[]
  readonly #file: string
  readonly #document: DocumentText
  #full: FullResult | undefined

  constructor(file: string, document: DocumentText) {
    this.#file = file
    this.#document = document
    const plain = readPlainYaml(document.text)
    this.value = plain.kind === 'value' ? plain.value : this.#read().value
    this.mistakes = plain.kind === 'value' ? [] : this.#read().mistakes
  }

  /** Whether the text looks like a template for Helm or its like. */
  get isTemplate(): boolean {
    return this.#document.text.includes('{{')
  }

  /** Of a field's key or value; by default of what a reader would look at. */
  positionOf(path: FieldPath, part?: 'key' | 'value'): Position {
    return this.position(this.#read().placeOf(path, part))
  }

  position(place: Place): Position {
    return { file: this.#file, line: place.line + this.#document.linesBefore, column: place.column }
  }

  #read(): FullResult {
    this.#full ??= readFullYaml(this.#document.text)
    return this.#full
  }
}
