// Which headers a backend and a client get, in general and when a route changes some of them.
import type { HeaderChange, ProxySettings } from '../../network/routing.ts'
import { type Argument, type Directive, directive, entry, text, type VariableName, variable } from './syntax/tree.ts'
import type { Variables } from './variables.ts'

/**
 * What every backend is told, as ingress-nginx tells it. What a client claims about its own address or protocol is overwritten; what it
 * claimed is kept under X-Original-*. An empty value is not sent at all.
 */
const headersWith = (host: VariableName): readonly (readonly [name: string, value: Argument])[] => [
  ['Host', text(variable(host))],
  ['Upgrade', text(variable('http_upgrade'))],
  ['Connection', text(variable('fw_connection'))],
  ['X-Request-ID', text(variable('fw_request_id'))],
  ['X-Real-IP', text(variable('remote_addr'))],
  ['X-Forwarded-For', text(variable('remote_addr'))],
  ['X-Forwarded-Host', text(variable(host))],
  ['X-Forwarded-Port', text(variable('server_port'))],
  ['X-Forwarded-Proto', text(variable('scheme'))],
  ['X-Forwarded-Scheme', text(variable('scheme'))],
  ['X-Scheme', text(variable('scheme'))],
  ['X-Original-Forwarded-For', text(variable('http_x_forwarded_for'))],
  ['X-Original-Forwarded-Host', text(variable('http_x_forwarded_host'))],
  // A program that reads HTTP_PROXY from its CGI environment must not take it from a client (httpoxy).
  ['Proxy', text('')],
]

/** They frame the message or belong to one connection; a route that changes them could smuggle requests. */
const framing = new Set(['connection', 'content-length', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'])

/** Why a header may not be changed, or undefined. */
export function unchangeable(name: string): string | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(name)) return `${JSON.stringify(name)} is no header name`
  return framing.has(name.toLowerCase()) ? `${name} frames the message and cannot be changed` : undefined
}

/** A server that is found by its name was sent a name: `http_host`. The one for all others may not have been: `fw_host`. */
export function baseRequestHeaders(host: 'http_host' | 'fw_host'): Directive[] {
  return headersWith(host).map(([name, value]) => directive('proxy_set_header', name, value))
}

/** NGINX inherits the general list only where a location sets no header itself, so the whole list is written again. */
export function changedRequestHeaders(
  changes: readonly HeaderChange[],
  { host, variables }: { readonly host: string | undefined; readonly variables: Variables },
): Directive[] {
  if (changes.length === 0 && host === undefined) return []
  const headers = new Map(headersWith('fw_host').map(([name, value]) => [name.toLowerCase(), { name, value }]))
  if (host !== undefined) headers.set('host', { name: 'Host', value: text(host) })
  for (const [name, own] of Map.groupBy(changes, change => change.name.toLowerCase())) {
    const first = own[0] as HeaderChange
    headers.set(name, { name: first.name, value: requestValue(own, variables) })
  }
  return [...headers.values()].map(({ name, value }) => directive('proxy_set_header', name, value))
}

/** `add` appends to what the client sent, `set` and `remove` forget it. */
function requestValue(changes: readonly HeaderChange[], variables: Variables): Argument {
  let added: string[] = []
  let keeps = true
  let name: VariableName = 'http_'
  for (const change of changes) {
    name = `http_${change.name.toLowerCase().replaceAll('-', '_')}`
    if (change.kind === 'add') added.push(change.value)
    else {
      keeps = false
      added = change.kind === 'set' ? [change.value] : []
    }
  }
  const value = added.join(',')
  if (!keeps) return text(value)
  const entries = [
    entry({ kind: 'string', text: '' }, text(value)),
    entry({ kind: 'default' }, text(variable(name), `,${value}`)),
  ]
  return text(variable(variables.map({ prefix: 'fw_header', source: text(variable(name)), entries })))
}

/** The value of Strict-Transport-Security, or undefined when it is switched off. */
export function hstsValue(settings: ProxySettings): string | undefined {
  if (settings.hsts === false) return undefined
  const { maxAgeSeconds, includeSubdomains, preload } = settings.hsts ?? {
    maxAgeSeconds: 31_536_000,
    includeSubdomains: true,
    preload: false,
  }
  return `max-age=${maxAgeSeconds}${includeSubdomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`
}

/** `fw_hsts` is empty on plain HTTP, where the header would be void (RFC 6797 §7.2); the backend's own never counts. */
export function baseResponseHeaders(settings: ProxySettings): Directive[] {
  if (hstsValue(settings) === undefined) return []
  return [
    directive('proxy_hide_header', 'Strict-Transport-Security'),
    directive('add_header', 'Strict-Transport-Security', text(variable('fw_hsts')), 'always'),
  ]
}

export function changedResponseHeaders(changes: readonly HeaderChange[], settings: ProxySettings): Directive[] {
  if (changes.length === 0) return []
  const hidden = new Map<string, string>()
  const added: { readonly name: string; readonly value: string }[] = []
  for (const change of changes) {
    if (change.kind !== 'add') hidden.set(change.name.toLowerCase(), change.name)
    if (change.kind !== 'remove') added.push(change)
  }
  return [
    ...baseResponseHeaders(settings),
    ...[...hidden.values()].map(name => directive('proxy_hide_header', name)),
    ...added.map(({ name, value }) => directive('add_header', name, text(value), 'always')),
  ]
}
