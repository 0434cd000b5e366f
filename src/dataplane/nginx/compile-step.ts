// What an NGINX location does with a request that a route took: forward, redirect or answer.
import type { Backend, Forward, PathChange, ProxySettings, Redirect, Upstream } from '../../network/routing.ts'
import { slotOf } from './group-hosts.ts'
import { changedRequestHeaders, changedResponseHeaders } from './headers.ts'
import type { Step } from './plan-locations.ts'
import {
  bare,
  block,
  type Directive,
  directive,
  entry,
  pattern,
  text,
  type VariableName,
  variable,
  word,
} from './syntax/tree.ts'
import { escapePattern, type Split, type Variables } from './variables.ts'

export interface StepContext {
  readonly variables: Variables
  readonly upstreams: ReadonlyMap<string, Upstream>
  /** Upstreams with the same endpoints share one block: id → the id of that block. */
  readonly blockOf: ReadonlyMap<string, string>
  readonly settings: ProxySettings
  /** What a slot of the server's group stands for: one block for all hosts, or a variable that depends on the host. */
  readonly slots: readonly ({ readonly block: string } | { readonly variable: VariableName })[]
  readonly canResolve: boolean
}

export function compileStep(step: Step, context: StepContext): Directive[] {
  const { action } = step
  switch (action.kind) {
    case 'to-https':
      return [
        directive(
          'return',
          308,
          text('https://', variable('host'), variable(action.keepsSlash ? 'request_uri' : 'fw_uri_without_slash')),
        ),
      ]
    case 'respond':
      return [directive('return', action.status)]
    case 'redirect':
      return redirect(action, { matched: matchedBy(step), variables: context.variables })
    case 'forward':
      return forward(action, { matched: matchedBy(step), context })
  }
}

function matchedBy(step: Step): string {
  return 'matched' in step ? step.matched : '/'
}

interface ForwardPlace {
  readonly matched: string
  readonly context: StepContext
}

function forward(action: Forward, { matched, context }: ForwardPlace): Directive[] {
  const target = targetOf(action.backends, context)
  if (typeof target === 'number') return [directive('return', target)]
  return [
    ...changedRequestHeaders(action.requestHeaders, { host: action.rewrite?.hostname, variables: context.variables }),
    ...changedResponseHeaders(action.responseHeaders, context.settings),
    ...rewrite(action.rewrite?.path, matched),
    ...target.before,
    directive('proxy_pass', text('http://', target.to)),
  ]
}

interface Target {
  readonly before: readonly Directive[]
  readonly to: string | { readonly variable: VariableName }
}

/** Where to, or the status of the answer when it can be nowhere. */
function targetOf(backends: readonly Backend[], context: StepContext): Target | number {
  const weighty = backends.filter(backend => backend.weight > 0)
  const [first] = weighty
  // Gateway API: all weights zero is an error of the server.
  if (first === undefined) return 500
  if (weighty.length === 1) {
    const single = singleTarget(first, context)
    return typeof single === 'number' ? single : { before: [], to: single }
  }
  return dividedTarget(weighty, context)
}

function singleTarget(backend: Backend, context: StepContext): Target['to'] | number {
  if ('respond' in backend) return backend.respond
  const slot = slotOf(backend.upstream)
  if (slot !== undefined) {
    const meaning = context.slots[slot]
    if (meaning === undefined) throw new Error(`no slot ${slot} in this server`)
    return 'block' in meaning ? meaning.block : { variable: meaning.variable }
  }
  const upstream = context.upstreams.get(backend.upstream)
  if (upstream?.external !== undefined)
    return context.canResolve ? { variable: externalName(upstream, context.variables) } : 503
  return upstream === undefined || upstream.endpoints.length === 0
    ? 503
    : (context.blockOf.get(upstream.id) ?? upstream.id)
}

/** NGINX looks a name up at request time only when it stands in a variable. */
function externalName(upstream: Upstream, variables: Variables): VariableName {
  const { name, port } = upstream.external ?? { name: '', port: 0 }
  return variables.map({
    prefix: 'fw_external',
    source: text(variable('scheme')),
    entries: [entry({ kind: 'default' }, text(`${name}:${port}`))],
  })
}

/** Shares in hundredths of a percent. A share that is an answer gets a status for a value, which an `if` returns. */
function dividedTarget(backends: readonly Backend[], context: StepContext): Target {
  const total = backends.reduce((sum, backend) => sum + backend.weight, 0)
  const answers = new Set<number>()
  const shares = backends.map((backend, index): Split => {
    const single = singleTarget(backend, context)
    if (typeof single === 'number') answers.add(single)
    const value = typeof single === 'object' ? externalValue(backend, context) : String(single)
    return { hundredths: index === backends.length - 1 ? 'rest' : Math.floor((backend.weight * 10_000) / total), value }
  })
  const name = context.variables.split(shares)
  const before = [...answers]
    .sort()
    .map(status => block('if', [bare(name), word('='), text(String(status))], [directive('return', status)]))
  return { before, to: { variable: name } }
}

function externalValue(backend: Backend, { upstreams }: StepContext): string {
  const external = 'upstream' in backend ? upstreams.get(backend.upstream)?.external : undefined
  return external === undefined ? '' : `${external.name}:${external.port}`
}

/** The captured rest is decoded; NGINX encodes it again on the way to the backend and adds the query itself. */
function rewrite(change: PathChange | undefined, matched: string): Directive[] {
  if (change === undefined) return []
  const value = change.value.startsWith('/') ? change.value : `/${change.value}`
  if (change.kind === 'full') return [directive('rewrite', pattern('^'), text(value), 'break')]
  const from = matched === '/' ? '' : escapePattern(matched)
  return value === '/'
    ? [directive('rewrite', pattern(`(?s)^${from}/?(.*)\\z`), text('/', variable('1')), 'break')]
    : [directive('rewrite', pattern(`(?s)^${from}(/.*)?\\z`), text(value, variable('1')), 'break')]
}

interface RedirectPlace {
  readonly matched: string
  readonly variables: Variables
}

function redirect(action: Redirect, { matched, variables }: RedirectPlace): Directive[] {
  const scheme = action.scheme ?? variable('scheme')
  const isUsual = (action.scheme === 'https' && action.port === 443) || (action.scheme === 'http' && action.port === 80)
  const port = action.port === undefined || isUsual ? '' : `:${action.port}`
  const before = [scheme, '://', action.hostname ?? variable('host'), port]
  const { path } = action
  if (path === undefined) return [directive('return', action.status, text(...before, variable('request_uri')))]
  const value = encodePath(path.value.startsWith('/') ? path.value : `/${path.value}`)
  if (path.kind === 'full') {
    return [directive('return', action.status, text(...before, value, variable('is_args'), variable('args')))]
  }
  const name = replacedPrefix(value, { matched, variables })
  return [
    // The request spells the prefix in another way (`%66oo`, `//foo`); its rest cannot be told without decoding it.
    block('if', [bare(name), word('='), text('')], [directive('return', 404)]),
    directive('return', action.status, text(...before, variable(name))),
  ]
}

/**
 * The request's own encoded path with its prefix exchanged. `$uri` must not go into a header: it is decoded, and a `%0d%0a` in it
 * would start a header of the client's choice.
 */
function replacedPrefix(value: string, { matched, variables }: RedirectPlace): VariableName {
  const from = matched === '/' ? '' : escapePattern(encodePath(matched))
  const shorter = value === '/' ? '' : value
  return variables.map({
    prefix: 'fw_location',
    source: text(variable('request_uri')),
    entries: [
      entry({ kind: 'regex', pattern: `^${from}(/.*)\\z` }, text(shorter, variable('1'))),
      entry({ kind: 'regex', pattern: `^${from}((?:\\?.*)?)\\z` }, text(value, variable('1'))),
      entry({ kind: 'default' }, text('')),
    ],
  })
}

/** What may stand in a Location header; escapes that are already there stay. */
function encodePath(path: string): string {
  return path.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu, character => encodeURIComponent(character))
}
