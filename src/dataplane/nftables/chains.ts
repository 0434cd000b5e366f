// Verdict → chains. Their number depends on how many different counts of endpoints there are, never on how many Services.
import type { Family } from '../../net/address.ts'
import type { FamilyPlan } from './plan.ts'
import type { Chain, ChainName, Rule } from './ruleset.ts'
import type { Verdict } from './verdict.ts'

/** Built from words and numbers of our own only. */
export function chainName(verdict: Verdict, family: Family): ChainName {
  if (verdict.kind === 'refuse') return refuse
  if (verdict.kind === 'drop') return discard
  return `${nameOf(verdict)}-v${family}` as ChainName
}

function nameOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'refuse':
      return refuse
    case 'drop':
      return discard
    case 'pick': {
      const name = `${verdict.base === 0 ? 'pick' : 'local'}-${verdict.count}`
      return verdict.stickySeconds === undefined ? name : `${name}-sticky-${verdict.stickySeconds}`
    }
    case 'split':
      return `${nameOf(verdict.outside)}-of-${nameOf(verdict.inside)}`
    case 'guard':
      return `guard-${nameOf(verdict.next)}`
  }
}

/** The chain of a verdict after those it leads to. */
export function chainsOf(verdict: Verdict, family: Family): readonly Chain[] {
  const name = chainName(verdict, family)
  const chain = (...rules: Rule[]): Chain => ({ name, rules: rules.map(rule => ({ family, rule })) })
  switch (verdict.kind) {
    case 'refuse':
    case 'drop':
      // Part of every ruleset: see fixedChains.
      return []
    case 'pick': {
      const { count, base, stickySeconds } = verdict
      const draw: Rule = { kind: 'draw', count, base }
      // A connection may meet a map in the moment between two sets of backends. Then the first backend takes it, and
      // only when even that is gone it is refused.
      const fallback: Rule[] = [{ kind: 'number', number: base }, { kind: 'forward' }, { kind: 'goto', chain: refuse }]
      if (stickySeconds === undefined) return [chain(draw, { kind: 'forward' }, ...fallback)]
      const seconds = stickySeconds
      return [
        chain(
          ...(family === 6 ? [{ kind: 'fingerprint' } as const] : []),
          { kind: 'number', number: 0 },
          { kind: 'recall' },
          { kind: 'renew', seconds },
          { kind: 'forward-known' },
          { kind: 'forget' },
          draw,
          { kind: 'ticket' },
          { kind: 'remember', seconds },
          { kind: 'forward' },
          { kind: 'number', number: base },
          { kind: 'ticket' },
          { kind: 'forward' },
          { kind: 'goto', chain: refuse },
        ),
      ]
    }
    case 'split':
      return [
        ...chainsOf(verdict.inside, family),
        ...chainsOf(verdict.outside, family),
        chain(
          { kind: 'inside-goto', chain: chainName(verdict.inside, family) },
          { kind: 'own-goto', chain: chainName(verdict.inside, family) },
          { kind: 'goto', chain: chainName(verdict.outside, family) },
        ),
      ]
    case 'guard': {
      const next = chainName(verdict.next, family)
      return [
        ...chainsOf(verdict.next, family),
        chain(
          { kind: 'inside-goto', chain: next },
          { kind: 'own-goto', chain: next },
          { kind: 'allowed-goto', chain: next },
          { kind: 'drop' },
        ),
      ]
    }
  }
}

const refuse = 'refuse' as ChainName
/** `drop` itself is a word of nft and can be no name. */
const discard = 'discard' as ChainName

/** Loaded before they are needed: scaling a Deployment up and down then changes elements only. */
export const usualCounts = 16

export function fixedChains(families: readonly FamilyPlan[]): readonly Chain[] {
  const both = (...rules: Rule[]) => families.flatMap(({ family }) => rules.map(rule => ({ family, rule })))
  const entry = both(
    { kind: 'dispatch' },
    { kind: 'refuse-rest', set: 'service-ranges' },
    { kind: 'refuse-rest', set: 'virtual' },
  )
  const usual = families.flatMap(({ family }) =>
    Array.from({ length: usualCounts }, (_, index) =>
      chainsOf({ kind: 'pick', count: index + 1, base: 0 }, family),
    ).flat(),
  )
  return [
    {
      name: refuse,
      rules: [{ kind: 'reset' } as const, { kind: 'unreachable' } as const].map(rule => ({ family: 4, rule })),
    },
    { name: discard, rules: [{ family: 4, rule: { kind: 'drop' } }] },
    ...usual,
    { name: 'prerouting' as ChainName, hook: 'prerouting', rules: entry },
    { name: 'output' as ChainName, hook: 'output', rules: entry },
    {
      name: 'postrouting' as ChainName,
      hook: 'postrouting',
      rules: families.flatMap(({ family, primary: to }) =>
        [
          { kind: 'source-hairpin', to } as const,
          { kind: 'source-foreign', to } as const,
          { kind: 'masquerade' } as const,
        ].map(rule => ({ family, rule })),
      ),
    },
  ]
}
