// Does docs/site.md tell of every field that a Site can have?
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import schema from '../../src/site/site.schema.json' with { type: 'json' }

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

const page = readFileSync(join(import.meta.dirname, '../../docs/site.md'), 'utf8')

/** The page has a section for each object of the spec that is not inside a list of another: `### \`spec.lan\``. */
function sections(): ReadonlyMap<string, string> {
  return new Map(
    page.split(/^### /m).map(text => {
      const title = /^`([\w.[\]]+)`/.exec(text)?.[1] ?? ''
      return [title, text] as const
    }),
  )
}

function isTold(text: string | undefined, name: string): boolean {
  return text !== undefined && new RegExp(`^\\|.*\`${name}(?:\\[\\])?\``, 'm').test(text)
}

test('each field of the schema has a row in its section', () => {
  const found = sections()
  const missing: string[] = []
  const visit = (own: Schema, place: { readonly section: string; readonly path: string }) => {
    for (const [name, field] of Object.entries(own.properties ?? {})) {
      const path = place.path === '' ? name : `${place.path}.${name}`
      const listed = field.items === undefined ? path : `${path}[]`
      const section = found.has(listed) ? listed : place.section
      if (section !== listed && !isTold(found.get(section), name)) missing.push(`${path} in section ${section}`)
      visit(field.items ?? field, { section, path: listed })
    }
  }
  const { metadata, spec } = schema.properties as { readonly metadata: Schema; readonly spec: Schema }
  visit(metadata, { section: 'metadata', path: '' })
  visit({ properties: { spec } }, { section: 'spec', path: '' })
  assert.deepEqual(missing, [])
})

test('the example on the page is a Site that needs nothing more', async () => {
  const { decodeManifests } = await import('../../src/objects/decode.ts')
  const { decodeSite } = await import('../../src/site/decode-site.ts')
  const text = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  const [document] = decodeManifests([{ file: 'docs/site.md', text }]).skipped
  assert.ok(document !== undefined, 'the page has no example')
  const { site, diagnostics } = decodeSite(document.object, document.positionOf)
  assert.deepEqual(diagnostics, [])
  assert.equal(site?.nodes.length, 1)
})
