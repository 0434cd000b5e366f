// What is the site in these files called? Read without judging anything else: the daemon does that.
import { parseAllDocuments } from 'yaml'
import type { InputFile } from './read-input.ts'

export function siteNameIn(files: readonly InputFile[]): string | undefined {
  for (const { text } of files) {
    if (!/^kind:\s*['"]?Site\b/m.test(text)) continue
    for (const document of parseAllDocuments(text)) {
      if (!('getIn' in document) || document.get('kind') !== 'Site') continue
      const name = document.getIn(['metadata', 'name'])
      if (typeof name === 'string') return name
    }
  }
  return undefined
}
