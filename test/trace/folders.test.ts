// Does a trace of any folder come to an answer, and never show what only stands for an address?
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { foresee } from '../../src/analysis/trace/foresee.ts'
import { trace } from '../../src/analysis/trace/trace.ts'
import type { Io } from '../../src/cli/command.ts'
import { inventoryOf } from '../../src/cli/inventory-of.ts'
import { loadInput } from '../../src/cli/load-input.ts'
import { readInput } from '../../src/cli/read-input.ts'
import { leaveOutContradictions } from '../../src/site/leave-out.ts'

const scenarios = join(import.meta.dirname, '../../scenarios')
const site = join(scenarios, 'anton/site.yaml')
const io: Io = {
  out: () => {},
  note: () => {},
  env: {},
  cwd: scenarios,
  isTerminal: false,
  color: false,
  readStdin: async () => '',
}

async function worldOf(folder: string) {
  const own = await readInput(folder, io)
  const files = own.some(({ text }) => /^kind: Site$/m.test(text)) ? own : [...own, ...(await readInput(site, io))]
  const loaded = loadInput(files)
  const built = loaded.site === undefined ? undefined : leaveOutContradictions(loaded.site)
  return built === undefined ? undefined : foresee(inventoryOf({ ...loaded, site: built }), built)
}

test('every Service, pod, host and address of every scenario, from every kind of place', async () => {
  const mistakes = readdirSync(join(scenarios, 'mistakes'), { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(({ name }) => join(scenarios, 'mistakes', name))
  let count = 0
  for (const folder of [...mistakes, join(scenarios, 'anton'), join(scenarios, 'five-hundred-pods')]) {
    const world = await worldOf(folder)
    if (world === undefined) continue
    const { network } = world
    const pods = network.pods.slice(0, 6).map(({ key }) => key)
    const sources = [...network.hosts, ...network.nodes].map(({ name }) => name).concat('internet', ...pods)
    const frontends = network.services.flatMap(service => service.frontends)
    const targets = [
      ...network.services.map(({ key }) => `service/${key}`),
      ...pods.map(key => `pod:${key}`),
      ...[...world.ingresses].flatMap(({ spec }) =>
        (spec?.rules ?? []).flatMap(({ host }) => (host ? [`http://${host}/a?b=c`, `https://${host}/`] : [])),
      ),
      ...frontends.flatMap(frontend =>
        'address' in frontend && !world.prediction.placeholders.has(frontend.address)
          ? [`tcp://${frontend.address.includes(':') ? `[${frontend.address}]` : frontend.address}:${frontend.port}`]
          : [],
      ),
      'udp://8.8.8.8:53',
      'https://example.com/',
    ]
    for (const from of sources) {
      for (const to of targets) {
        const found = trace(world, { from, to, namespace: 'default' })
        const text = JSON.stringify(found)
        for (const placeholder of world.prediction.placeholders.keys()) {
          assert.ok(
            !text.includes(`"${placeholder}"`) && !text.includes(` ${placeholder}`),
            `${folder}: ${from} → ${to}: ${text}`,
          )
        }
        // A rule for `*.example.org` gives no URL.
        if ('misread' in found) assert.match(found.misread, /is no URL/)
        count++
      }
    }
  }
  assert.ok(count > 5_000, `${count}`)
})
