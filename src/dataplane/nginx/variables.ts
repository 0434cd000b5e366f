// The maps of one configuration: each question about a request is asked by one variable, however many routes ask it.

import type { Condition } from './plan-locations.ts'
import { inexpressible } from './syntax/serialize.ts'
import {
  type Argument,
  bare,
  block,
  type Directive,
  type Entry,
  entry,
  text,
  type Variable,
  type VariableName,
  variable,
  word,
} from './syntax/tree.ts'

export interface Split {
  readonly hundredths: number | 'rest'
  readonly value: string
}

/** Collects maps while the servers are compiled. NGINX evaluates a map only when its variable is read, so an unused one costs nothing. */
export class Variables {
  readonly #known = new Map<string, { readonly name: VariableName; readonly directive: Directive }>()

  get directives(): readonly Directive[] {
    return [...this.#known.values()].map(item => item.directive)
  }

  /** `1` when the condition holds, else `0`. */
  condition(condition: Condition): VariableName {
    const { source, pattern } = question(condition)
    const asked = typeof source === 'string' ? source : this.queryValue(source.query)
    return this.map({
      prefix: 'fw_is',
      source: text(variable(asked)),
      entries: [entry({ kind: 'regex', pattern }, word('1')), entry({ kind: 'default' }, word('0'))],
    })
  }

  /** The raw value of the first query parameter of this name. */
  queryValue(name: string): VariableName {
    return this.map({
      prefix: 'fw_query',
      source: text(variable('args')),
      entries: [
        entry({ kind: 'regex', pattern: `^(?:[^&]*&)*?${encodedForms(name)}=([^&]*)` }, text(variable('1'))),
        entry({ kind: 'default' }, text('')),
      ],
    })
  }

  /** Divides requests at random, in hundredths of a percent. */
  split(shares: readonly Split[]): VariableName {
    const entries = shares.map(({ hundredths, value }) =>
      entry(hundredths === 'rest' ? { kind: 'rest' } : { kind: 'share', hundredths }, text(value)),
    )
    return this.#define({
      directive: 'split_clients',
      prefix: 'fw_split',
      source: text(variable('request_id')),
      entries,
    })
  }

  map(map: {
    readonly prefix: `fw_${string}`
    readonly source: Argument
    readonly entries: readonly Entry[]
  }): VariableName {
    return this.#define({ directive: 'map', ...map })
  }

  #define(map: {
    readonly directive: 'map' | 'split_clients'
    readonly prefix: `fw_${string}`
    readonly source: Argument
    readonly entries: readonly Entry[]
  }): VariableName {
    const key = JSON.stringify(map)
    const known = this.#known.get(key)
    if (known !== undefined) return known.name
    const name: VariableName = `${map.prefix}_${this.#known.size}`
    this.#known.set(key, { name, directive: block(map.directive, [map.source, bare(name)], map.entries) })
    return name
  }
}

interface Question {
  readonly source: VariableName | { readonly query: string }
  readonly pattern: string
}

/** NGINX compares the strings of a map without regard to case, so exact values are asked as patterns. */
function question(condition: Condition): Question {
  switch (condition.kind) {
    case 'method':
      return { source: 'request_method', pattern: `^${escapePattern(condition.value)}\\z` }
    case 'header':
      return {
        source: `http_${condition.name.toLowerCase().replaceAll('-', '_')}`,
        pattern: condition.regex ? whole(condition.value) : `^${escapePattern(condition.value)}\\z`,
      }
    case 'query':
      return {
        source: { query: condition.name },
        pattern: condition.regex ? whole(condition.value) : `^${encodedForms(condition.value)}\\z`,
      }
    case 'path':
      switch (condition.path.kind) {
        case 'exact':
          return { source: 'uri', pattern: `^${escapePattern(condition.path.path)}\\z` }
        case 'prefix':
          return { source: 'uri', pattern: `^${escapePattern(condition.path.path)}(?:/|\\z)` }
        case 'regex':
          return { source: 'uri', pattern: whole(condition.path.pattern) }
      }
  }
}

/** Why a condition cannot be asked, or undefined. */
export function unaskable(condition: Condition): string | undefined {
  if (condition.kind === 'header') {
    // `$http_…` holds only these; NGINX itself drops request headers with an underscore.
    if (!/^[a-z0-9-]+$/i.test(condition.name))
      return `NGINX cannot look at a header named ${JSON.stringify(condition.name)}`
  }
  const values =
    condition.kind === 'path' ? [] : condition.kind === 'query' ? [condition.name, condition.value] : [condition.value]
  const problem = values.map(inexpressible).find(item => item !== undefined)
  if (problem !== undefined) return problem
  return inexpressible(question(condition).pattern)
}

/** A pattern must match the whole value; a leading `(?i)` stays in front. */
function whole(pattern: string): string {
  const ignoreCase = pattern.startsWith('(?i)')
  return `${ignoreCase ? '(?i)' : ''}^(?:${ignoreCase ? pattern.slice(4) : pattern})\\z`
}

export function escapePattern(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}#\-/ ]/g, character => (character === '/' ? '/' : `\\${character}`))
}

/** A query text, each character plain or percent-encoded: clients differ in what they encode. */
function encodedForms(value: string): string {
  return [...value]
    .map(character => {
      if (/^[A-Za-z0-9._~-]$/.test(character)) return escapePattern(character)
      const encoded = encodeURIComponent(character).replace(
        /^([!'()*])$/,
        plain => `%${plain.charCodeAt(0).toString(16)}`,
      )
      const hex = `(?i:${encoded})`
      if (character === ' ') return `(?:${hex}|\\+)`
      return /^[&+=#]$/.test(character) ? hex : `(?:${escapePattern(character)}|${hex})`
    })
    .join('')
}

export type { Variable }
