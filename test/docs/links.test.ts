// Do the links of the documentation lead somewhere?
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../..')
const pages = [
  ...['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md'],
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.md'))
    .map(file => join('docs', file)),
]

/** Targets of inline links, outside of code. */
function linksIn(text: string): readonly string[] {
  const prose = text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].flatMap(match => match[1] ?? [])
}

/** A heading's anchor, as GitHub makes it. */
function anchorsIn(text: string): ReadonlySet<string> {
  const headings = text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)
  return new Set(
    [...headings].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

test('every link within the repository leads to a file and, where it names one, to a heading', () => {
  const broken: string[] = []
  for (const page of pages) {
    for (const link of linksIn(readFileSync(join(root, page), 'utf8'))) {
      if (/^[a-z]+:/.test(link)) continue
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? join(root, page) : join(root, dirname(page), path)
      if (!existsSync(target)) broken.push(`${page}: ${link} (no ${relative(root, target)})`)
      else if (anchor !== undefined && !anchorsIn(readFileSync(target, 'utf8')).has(anchor))
        broken.push(`${page}: ${link} (no such heading)`)
    }
  }
  assert.deepEqual(broken, [])
})

test('the pages that a user is sent to are there', () => {
  const readme = linksIn(readFileSync(join(root, 'README.md'), 'utf8'))
  for (const page of ['docs/site.md', 'docs/lab.md', 'docs/ingress.md', 'docs/load-balancer.md', 'docs/names.md'])
    assert.ok(readme.includes(page), `README.md does not link to ${page}`)
})
