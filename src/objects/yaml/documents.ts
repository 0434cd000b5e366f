// Which documents does a YAML file hold, and where does each begin?

export interface DocumentText {
  readonly text: string
  /** Lines of the file before the document's text. */
  readonly linesBefore: number
}

const marker = /^(?:---|\.\.\.)(?=\s|$)/gm

/** Splits at `---` and `...`, which end a document wherever they begin a line, even inside texts. */
export function splitDocuments(file: string): readonly DocumentText[] {
  const text = file.startsWith('\ufeff') ? ` ${file.slice(1)}` : file
  const documents: DocumentText[] = []
  let start = 0
  let linesBefore = 0
  let lead = ''
  for (const match of text.matchAll(marker)) {
    const part = text.slice(start, match.index)
    documents.push({ text: lead + part, linesBefore })
    linesBefore += countLines(part)
    // What follows on the marker's line belongs to the next document; spaces keep its columns.
    start = match.index + match[0].length
    lead = '   '
  }
  documents.push({ text: lead + text.slice(start), linesBefore })
  return documents.filter(document => hasContent.test(document.text))
}

function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++
  return count
}

/** Comments and directives alone make no document. */
const hasContent = /^[^\S\n]*[^#%\s]/m
