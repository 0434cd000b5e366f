// The table of what can be reached from where, as the banner and `status` print it.
import { formatTable } from '../view/table.ts'
import type { ReachRow } from './lab-calls.ts'

export function reachTable(rows: readonly ReachRow[]): string {
  return formatTable([
    ['FROM', 'URL', 'VIA', 'ADDRESS', 'BACKEND'],
    ...rows.map(row => [row.from, row.url, row.via, row.address, row.backend]),
  ])
}
