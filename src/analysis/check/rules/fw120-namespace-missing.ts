// Is there an object in a namespace that nothing creates?
import { namespaces } from '../../../objects/kinds/namespace.ts'
import { nearestName } from '../../../objects/nearest.ts'
import { kinds } from '../../../objects/registry.ts'
import { finding } from '../inventory.ts'
import type { Entry, Rule } from '../rule.ts'

const builtIn = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

export const namespaceMissing: Rule = {
  codes: ['FW120'],
  *check(input) {
    const own = input.of(namespaces).map(entry => entry.object.metadata.name)
    // Manifests without a Site and without any Namespace are meant for a cluster that has them.
    if (!input.isWhole && own.length === 0) return
    const known = new Set([...builtIn, ...own])
    for (const [namespace, entries] of entriesByNamespace(kinds.flatMap(kind => input.of(kind)))) {
      const [first, ...others] = entries
      if (first === undefined || known.has(namespace) || input.foreignNaming(namespace) !== undefined) continue
      const near = nearestName(namespace, known)
      yield finding(first, ['metadata', 'namespace'], {
        code: 'FW120',
        severity: input.isWhole ? 'error' : 'warning',
        message: `namespace ${namespace} of ${first.object.kind} ${first.object.metadata.name}${andOthers(others.length)} does not exist`,
        why: 'The API server refuses an object whose namespace is missing.',
        fix:
          near === undefined
            ? `add a Namespace of that name: apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}`
            : `did you mean namespace ${near}? Otherwise add a Namespace ${namespace}`,
      })
    }
  },
}

function entriesByNamespace(entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    const { namespace } = entry.object.metadata
    if (namespace === undefined) continue
    const group = groups.get(namespace)
    if (group === undefined) groups.set(namespace, [entry])
    else group.push(entry)
  }
  return groups
}

function andOthers(count: number): string {
  if (count === 0) return ''
  return count === 1 ? ' and of one other object' : ` and of ${count} other objects`
}
