// Is there an object in a namespace that nothing creates?
import { namespaces } from '../../../objects/kinds/namespace.ts'
import { kinds } from '../../../objects/registry.ts'
import { finding } from '../inventory.ts'
import type { Rule } from '../rule.ts'

const builtIn = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

export const namespaceMissing: Rule = {
  code: 'FW120',
  title: 'An object is in a namespace that nothing creates',
  *check(input) {
    const known = new Set([...builtIn, ...input.of(namespaces).map(entry => entry.object.metadata.name)])
    for (const kind of kinds) {
      for (const entry of input.of(kind)) {
        const { namespace } = entry.object.metadata
        if (namespace === undefined || known.has(namespace)) continue
        yield finding(entry, ['metadata', 'namespace'], {
          code: 'FW120',
          severity: 'error',
          message: `namespace ${namespace} does not exist, so the API server refuses ${entry.object.kind} ${entry.object.metadata.name}`,
          fix: `add a Namespace of that name: apiVersion: v1, kind: Namespace, metadata: {name: ${namespace}}`,
        })
      }
    }
  },
}
