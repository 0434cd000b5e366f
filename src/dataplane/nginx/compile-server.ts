// One server block: names, sockets, certificate and locations of a group of hosts.
import { suffixOf } from '../../network/routing/host.ts'
import type { ProxySettings, Upstream } from '../../network/routing.ts'
import { compileStep, type StepContext } from './compile-step.ts'
import type { ServerGroup } from './group-hosts.ts'
import { baseRequestHeaders } from './headers.ts'
import type { LocationPlan, Option, Step } from './plan-locations.ts'
import type { CompileInput } from './proxy-options.ts'
import {
  bare,
  block,
  type Directive,
  directive,
  entry,
  text,
  type VariableName,
  variable,
  word,
} from './syntax/tree.ts'
import { escapePattern, type Variables } from './variables.ts'
import { hasHttp2Directive } from './version.ts'

export interface ServerContext {
  readonly input: CompileInput
  readonly settings: ProxySettings
  readonly variables: Variables
  readonly upstreams: ReadonlyMap<string, Upstream>
  readonly blockOf: ReadonlyMap<string, string>
  /** Wildcard names as patterns: one label exactly, compared one after the other. */
  readonly wildcardPatterns: boolean
  /** What a name gets that a native wildcard takes although it is too deep. */
  readonly tooDeep: Step
}

export function compileServer(group: ServerGroup, context: ServerContext): Directive {
  const step: StepContext = {
    ...context,
    slots: slotsOf(group, context),
    canResolve: context.input.place.resolvers.length > 0,
  }
  const named = new Map<string, { readonly name: string; readonly directives: readonly Directive[] }>()
  /** Equal actions of one server share a named location. */
  const name = (target: Step): string => {
    const directives = compileStep(target, step)
    const key = JSON.stringify(directives)
    const known = named.get(key) ?? { name: `fw_${named.size}`, directives }
    named.set(key, known)
    return known.name
  }
  const depth =
    group.names.startsWith('below-') && !context.wildcardPatterns ? depthCheck(group, { context, step, name }) : []
  const locations = group.locations.map(plan => compileLocation(plan, { step, name, variables: context.variables }))
  return block(
    'server',
    [],
    [
      ...listens(group, context.input),
      ...serverNames(group, context),
      ...certificate(group, context.input),
      ...(group.names === 'any' && group.slots.length > 0 ? baseRequestHeaders('fw_host') : []),
      ...depth,
      ...locations,
      ...[...named.values()].map(item => block('location', [word(`@${item.name}`)], item.directives)),
    ],
  )
}

/** Sockets are opened once, by the server that takes every name; the others only join. */
export function listens(group: Pick<ServerGroup, 'names' | 'http' | 'https'>, { place }: CompileInput): Directive[] {
  const isDefault = group.names === 'any'
  const socket = isDefault ? ['default_server', 'reuseport', 'backlog=4096'] : []
  const inline = hasHttp2Directive(place.version) ? [] : ['http2']
  const on = (port: number, ...parameters: readonly string[]): Directive[] => [
    directive('listen', port, ...parameters, ...socket),
    ...(place.ipv6 ? [directive('listen', `[::]:${port}`, ...parameters, ...socket)] : []),
  ]
  return [
    ...(group.http ? on(place.ports.http) : []),
    ...(group.https !== undefined ? on(place.ports.https, 'ssl', ...inline) : []),
    ...(group.https !== undefined && hasHttp2Directive(place.version) ? [directive('http2', 'on')] : []),
  ]
}

function serverNames(group: ServerGroup, { wildcardPatterns }: ServerContext): Directive[] {
  if (group.names === 'any') return []
  return [
    directive(
      'server_name',
      ...group.hosts.map(host => {
        if (!host.startsWith('*')) return text(host)
        const suffix = suffixOf(host)
        if (!wildcardPatterns) return text(`*.${suffix}`)
        return text(`~^${host.startsWith('**') ? '.+' : '[^.]+'}\\.${escapePattern(suffix)}$`)
      }),
    ),
  ]
}

function certificate(group: ServerGroup, { certificates }: CompileInput): Directive[] {
  if (group.https === undefined) return []
  const files = certificates.get(group.https)
  if (files === undefined) throw new Error(`no files for the certificate ${group.https}`)
  return [directive('ssl_certificate', text(files.certificate)), directive('ssl_certificate_key', text(files.key))]
}

interface LocationContext {
  readonly step: StepContext
  readonly name: (step: Step) => string
  readonly variables: Variables
}

/** The status is ours alone: it never leaves NGINX, and a proxied answer with it is not caught here. */
const choose = 418

function compileLocation(plan: LocationPlan, { step, name, variables }: LocationContext): Directive {
  const path = plan.kind === 'exact' ? [word('='), text(plan.path)] : [text(plan.path)]
  const [only] = plan.options
  if (only !== undefined && only.conditions.length === 0) return block('location', path, compileStep(only.step, step))
  const chosen = selection(plan.options, { name, variables })
  return block('location', path, [
    directive('error_page', choose, word('='), text('@', variable(chosen))),
    directive('return', choose),
  ])
}

interface SelectionContext {
  readonly name: (step: Step) => string
  readonly variables: Variables
}

/** A variable that names the location of the first option whose conditions all hold. */
function selection(options: readonly Option[], { name, variables }: SelectionContext): VariableName {
  const asked = [
    ...new Set(options.flatMap(option => option.conditions.map(condition => variables.condition(condition)))),
  ]
  const entries = options.map(option => {
    const value = text(name(option.step))
    if (option.conditions.length === 0) return entry({ kind: 'default' }, value)
    const needed = new Set(option.conditions.map(condition => variables.condition(condition)))
    return entry({ kind: 'regex', pattern: `^${asked.map(item => (needed.has(item) ? '1' : '.')).join('')}` }, value)
  })
  return variables.map({ prefix: 'fw_choice', source: text(...asked.map(item => variable(item))), entries })
}

/** A slot whose upstream differs between the hosts of the group becomes a variable that is looked up by host name. */
function slotsOf(group: ServerGroup, { variables }: ServerContext): StepContext['slots'] {
  return group.slots.map(blocks => {
    const [first] = blocks
    if (first !== undefined && blocks.every(item => item === first)) return { block: first }
    const wildcards = group.names === 'exact' ? [] : [entry({ kind: 'hostnames' }, word('on'))]
    const entries = group.hosts.map((host, index) =>
      entry({ kind: 'string', text: host.replace(/^\*\*\./, '*.') }, text(blocks[index] ?? '')),
    )
    return {
      variable: variables.map({
        prefix: 'fw_upstream',
        source: text(variable('host')),
        entries: [...wildcards, ...entries],
      }),
    }
  })
}

interface DepthContext {
  readonly context: ServerContext
  readonly step: StepContext
  readonly name: (step: Step) => string
}

/** NGINX's own wildcards take names of any depth; an Ingress's takes exactly one more label. */
function depthCheck(group: ServerGroup, { context, name }: DepthContext): Directive[] {
  const labels = Number(group.names.slice('below-'.length)) + 1
  const isDeeper = context.variables.map({
    prefix: 'fw_deeper',
    source: text(variable('host')),
    entries: [
      entry({ kind: 'regex', pattern: `^(?:[^.]+\\.){${labels}}` }, word('1')),
      entry({ kind: 'default' }, word('0')),
    ],
  })
  const { action } = context.tooDeep
  if (action.kind === 'respond') return [block('if', [bare(isDeeper)], [directive('return', action.status)])]
  return [
    directive('error_page', 421, word('='), text(`@${name(context.tooDeep)}`)),
    block('if', [bare(isDeeper)], [directive('return', 421)]),
  ]
}
