// `fairway render`: prints the Kubernetes objects that a site stands for, and the user's own beside them.
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { printText } from '../../diagnostics/print-text.ts'
import { expandSite } from '../../site/expand/expand.ts'
import { type Command, exit, UsageError } from '../command.ts'
import { loadInput } from '../load-input.ts'
import { readInput } from '../read-input.ts'

export const render: Command = {
  name: 'render',
  summary: 'Print the Kubernetes objects that a site stands for',
  usage: `Usage: fairway render PATH [-o yaml|json|name] [--all]

Prints what the Site in PATH expands to: Nodes, ingress classes, the proxies' Deployments and Services, DNS.

  -o FORMAT   yaml (default), json (a List) or name
  --all       the folder's own objects too`,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { output: { type: 'string', short: 'o', default: 'yaml' }, all: { type: 'boolean' } },
    })
    const [path, ...others] = positionals
    if (path === undefined || others.length > 0)
      throw new UsageError('say which folder: fairway render scenarios/anton')
    const loaded = loadInput(await readInput(path, io))
    const errors = loaded.diagnostics.filter(found => found.severity === 'error')
    if (errors.length > 0) io.note(printText(errors, { color: io.color }))
    if (loaded.site === undefined) {
      if (errors.length === 0) io.note(`fairway: no Site in ${path}`)
      return exit.usage
    }
    const objects = [
      ...expandSite(loaded.site),
      ...(values.all === true ? loaded.objects.map(({ object }) => object) : []),
    ]
    if (values.output === 'yaml')
      io.out(
        objects
          .map(object => stringify(object, { lineWidth: 0 }))
          .join('---\n')
          .trimEnd(),
      )
    else if (values.output === 'json')
      io.out(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }, null, 2))
    else if (values.output === 'name')
      io.out(objects.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`).join('\n'))
    else throw new UsageError(`-o takes yaml, json or name, not ${JSON.stringify(values.output)}`)
    return errors.length > 0 ? exit.bad : exit.good
  },
}
