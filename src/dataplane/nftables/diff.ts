// Which nft commands lead from what is loaded to what is wanted, in one transaction and as few as possible?
import { chainName, chainsOf, fixedChains } from './chains.ts'
import { addressElements, frontendElements, rangeElements, rangeSets } from './elements.ts'
import type { FamilyPlan, FrontendPlan, NodePlan, ServicePlan } from './plan.ts'
import type { Chain, Element } from './ruleset.ts'
import {
  addElements,
  deleteElements,
  type ElementText,
  elementText,
  flushSet,
  newChains,
  newSets,
  newTable,
} from './serialize.ts'
import { type Verdict, verdictOf } from './verdict.ts'

/** What a node's kernel holds. */
export interface Loaded {
  readonly plan: NodePlan
  /** Chains are few and stay once made: scaling back and forth costs elements only. */
  readonly chains: ReadonlySet<string>
}

export interface Transaction {
  /** For `nft -f`; empty when nothing is to be done. */
  readonly commands: string
  readonly elements: number
  /** What is loaded once it has run. */
  readonly after: Loaded
}

/** Replaces whatever is there, also what an earlier process left. Connections in being keep their backends. */
export function loadAll(plan: NodePlan): Transaction {
  const fixed = fixedChains(plan.families)
  const chains = new Set<string>(fixed.map(({ name }) => name))
  const missing: Chain[] = []
  const batch = new Batch()
  for (const { frontends } of plan.services) {
    for (const frontend of frontends) {
      missing.push(...chainsMissing(chains, frontend))
      for (const element of frontendElements(frontend)) batch.add(element)
    }
  }
  for (const family of plan.families) {
    for (const element of addressElements(family)) batch.add(element)
    for (const set of rangeSets) for (const element of rangeElements(family, set)) batch.add(element)
  }
  const commands = [
    newTable(),
    ...plan.families.map(({ family }) => newSets(family)),
    newChains([...fixed, ...missing]),
    batch.commands(),
  ]
  return { commands: commands.join(''), elements: batch.size, after: { plan, chains } }
}

export function change(loaded: Loaded, plan: NodePlan): Transaction {
  const { plan: before } = loaded
  if (before === plan) return { commands: '', elements: 0, after: loaded }
  // The rules that translate source addresses name the node's own address.
  if (before.families.some(({ primary }, index) => primary !== plan.families[index]?.primary)) return loadAll(plan)
  const chains = new Set(loaded.chains)
  const missing: Chain[] = []
  const batch = new Batch()
  for (const [old, next] of changedServices(before.services, plan.services)) {
    const held = new Map(old?.frontends.map(frontend => [frontend.id, frontend]))
    for (const frontend of next?.frontends ?? []) {
      missing.push(...chainsMissing(chains, frontend))
      const past = held.get(frontend.id)
      held.delete(frontend.id)
      batch.replace(past === undefined ? [] : frontendElements(past), frontendElements(frontend))
    }
    for (const gone of held.values()) batch.replace(frontendElements(gone), [])
  }
  const refilled: string[] = []
  for (const [index, family] of plan.families.entries()) {
    const past = before.families[index]
    if (past === undefined) continue
    batch.replace(addressElements(past), addressElements(family))
    refilled.push(...refillRanges(past, family))
  }
  return {
    commands: [newChains(missing), batch.commands(), ...refilled].join(''),
    elements: batch.size,
    after: { plan, chains },
  }
}

/** Interval sets are small and change rarely: emptied and filled in the same transaction, so that no overlap can be in the way. */
function refillRanges(before: FamilyPlan, after: FamilyPlan): readonly string[] {
  return rangeSets.flatMap(set => {
    const [old, next] = [before, after].map(family => rangeElements(family, set).map(elementText))
    if (old?.map(({ key }) => key).join() === next?.map(({ key }) => key).join()) return []
    const name = `${set}${after.family}`
    return [flushSet(name), addElements(name, next ?? [])]
  })
}

function chainsMissing(chains: Set<string>, frontend: FrontendPlan): readonly Chain[] {
  const verdict: Verdict = verdictOf(frontend)
  if (verdict.kind === 'refuse' || chains.has(chainName(verdict, frontend.family))) return []
  return chainsOf(verdict, frontend.family).filter(({ name }) => {
    if (chains.has(name)) return false
    chains.add(name)
    return true
  })
}

/** Both lists are in order of their keys; what is identical on both sides is skipped without a look inside. */
export function* changedServices(
  before: readonly ServicePlan[],
  after: readonly ServicePlan[],
): Generator<readonly [ServicePlan | undefined, ServicePlan | undefined]> {
  let i = 0
  let j = 0
  while (i < before.length || j < after.length) {
    const old = before[i]
    const next = after[j]
    if (old === next) {
      i++
      j++
    } else if (old !== undefined && (next === undefined || old.key < next.key)) {
      yield [old, undefined]
      i++
    } else if (next !== undefined && (old === undefined || next.key < old.key)) {
      yield [undefined, next]
      j++
    } else {
      yield [old, next]
      i++
      j++
    }
  }
}

/** Gathers additions and deletions per set. Deletions go first: a place may pass from one Service to another. */
class Batch {
  readonly #added = new Map<string, ElementText[]>()
  readonly #deleted = new Map<string, ElementText[]>()
  size = 0

  add(element: Element): void {
    this.#put(this.#added, elementText(element))
  }

  /** The value of an element cannot be changed, so a changed one goes and comes. */
  replace(before: readonly Element[], after: readonly Element[]): void {
    if (before === after) return
    const held = new Map<string, ElementText>()
    for (const text of before.map(elementText)) held.set(`${text.set} ${text.key}`, text)
    for (const text of after.map(elementText)) {
      const id = `${text.set} ${text.key}`
      const past = held.get(id)
      held.delete(id)
      if (past !== undefined && past.value === text.value) continue
      if (past !== undefined) this.#put(this.#deleted, past)
      this.#put(this.#added, text)
    }
    for (const gone of held.values()) this.#put(this.#deleted, gone)
  }

  commands(): string {
    const deleted = [...this.#deleted].map(([set, elements]) => deleteElements(set, elements))
    const added = [...this.#added].map(([set, elements]) => addElements(set, elements))
    return deleted.concat(added).join('')
  }

  #put(map: Map<string, ElementText[]>, text: ElementText): void {
    const list = map.get(text.set)
    if (list === undefined) map.set(text.set, [text])
    else list.push(text)
    this.size++
  }
}
