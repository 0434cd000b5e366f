// Is there a node port that the API server refuses: out of range, or held by another Service?
import { type Service, services } from '../../../objects/kinds/service.ts'
import { keyOf } from '../../../objects/object.ts'
import { finding, whereIs } from '../inventory.ts'
import type { Entry, FieldPath, Rule } from '../rule.ts'

/** The API server's --service-node-port-range, unless somebody changed it. */
const first = 30_000
const last = 32_767

export const nodePort: Rule = {
  codes: ['FW305'],
  *check(input) {
    const holders = new Map<number, { readonly entry: Entry<Service>; readonly path: FieldPath }>()
    for (const entry of input.of<Service>(services)) {
      for (const { port, path } of nodePorts(entry.object)) {
        const lead = `Service ${keyOf(entry.object)} asks for node port ${port}`
        if (port < first || port > last) {
          yield finding(entry, path, {
            code: 'FW305',
            severity: 'error',
            message: `${lead}, which is outside ${first}–${last}`,
            why: 'The API server refuses the Service; below are the ports of the nodes’ own programs, above those of their outgoing connections.',
            fix: `choose a port from ${first} to ${last}, or leave nodePort out to get a free one`,
          })
          continue
        }
        const holder = holders.get(port)
        if (holder === undefined) holders.set(port, { entry, path })
        // One Service may have the number twice, for TCP and for UDP.
        else if (holder.entry !== entry && keyOf(holder.entry.object) !== keyOf(entry.object)) {
          yield finding(entry, path, {
            code: 'FW305',
            severity: 'error',
            message: `${lead}, which Service ${keyOf(holder.entry.object)}${whereIs(holder.entry, holder.path)} has already`,
            why: 'A node port is the same on every node, so the API server refuses the second Service, whatever the protocol.',
            fix: 'choose another port, or leave nodePort out to get a free one',
          })
        }
      }
    }
  },
}

function nodePorts({ spec }: Service): readonly { readonly port: number; readonly path: FieldPath }[] {
  const own = (spec?.ports ?? []).flatMap(({ nodePort }, index) =>
    nodePort ? [{ port: nodePort, path: ['spec', 'ports', index, 'nodePort'] }] : [],
  )
  const health = spec?.healthCheckNodePort
  return health ? [...own, { port: health, path: ['spec', 'healthCheckNodePort'] }] : own
}
