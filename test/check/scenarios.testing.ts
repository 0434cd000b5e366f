// The folders of scenarios/mistakes, and where their parts are.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

export const home = join(import.meta.dirname, '../..')
export const mistakes = join(home, 'scenarios/mistakes')

export interface Scenario {
  /** As in `FW301-service-selects-nothing`. */
  readonly name: string
  readonly code: string
  readonly folder: string
}

export const scenarios: readonly Scenario[] = readdirSync(mistakes, { withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(({ name }) => ({ name, code: name.slice(0, 5), folder: join(mistakes, name) }))
  .sort((a, b) => (a.name < b.name ? -1 : 1))
