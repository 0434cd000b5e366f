// The hop from a host name to an address: which record, who answers, out of which object; and if none, why.
import type { Address } from '../../net/address.ts'
import { checkClasses, classNameOf } from '../../network/routing/select-class.ts'
import type { Ingress } from '../../objects/kinds/ingress.ts'
import { nearestName } from '../../objects/nearest.ts'
import { keyOf } from '../../objects/object.ts'
import { lanNames, type NameAnswer, type NameServer, resolveName } from './names.ts'
import { type Client, literalAddress } from './place.ts'
import type { Recorder } from './recorder.ts'
import type { Detail, Verdict } from './trace-result.ts'
import { addressText, type ObjectName } from './world.ts'

/** The address, after the hop that gave it; a verdict when there is none. A host that is an address needs no hop. */
export function traceName(host: string, client: Client, record: Recorder): Address | Verdict {
  const literal = literalAddress(host)
  if (literal !== undefined) return literal
  const { world } = record
  const answer = resolveName(host, client, world)
  switch (answer.kind) {
    case 'found':
      return found(answer, record)
    case 'missing': {
      const server = answer.server.address
      return record.stop('name', {
        says: `${answer.name} has no address: ${answer.server.text} knows no such name`,
        details: whyMissing(answer, client, record),
        ...(server === undefined
          ? {}
          : { expects: { kind: 'answer' as const, server, name: answer.name, addresses: [] } }),
      })
    }
    case 'outside':
      return record.leave('name', {
        says: `${answer.name} is a name of the world outside, which ${answer.server.text} asks for`,
      })
    case 'unclear':
      return record.leave('name', { says: `what ${host} leads to is not known: ${answer.why}` })
  }
}

function found(answer: Extract<NameAnswer, { kind: 'found' }>, record: Recorder): Address | Verdict {
  const { name, addresses, server, aliases } = answer
  const [first] = addresses
  if (first === undefined) return record.stop('name', { says: `${name} has no address` })
  const all = addresses.map(address => addressText(address, record.world)).join(', ')
  record.pass('name', {
    says: `${name} is ${all}, says ${server.text}${server.address === undefined ? '' : ` (${server.address})`}`,
    details: [
      ...aliases.map(alias => record.detail(`it is another name of ${alias}`)),
      ...[name, ...aliases].flatMap(item => sourcesOf(item, record)),
      ...(addresses.length > 1 ? [record.detail(`the first is taken: ${addressText(first, record.world)}`)] : []),
    ],
    ...(server.address === undefined ? {} : { expects: { kind: 'answer', server: server.address, name, addresses } }),
  })
  return first
}

/** The objects that put the name into the DNS. */
function sourcesOf(name: string, record: Recorder): readonly Detail[] {
  const { world } = record
  const fromIngresses = ingressesFor(name, world.ingresses).map(({ ingress, field }) =>
    record.cite('the host of an Ingress', ingressName(ingress), field),
  )
  if (fromIngresses.length > 0) return fromIngresses
  const { zone } = world.site.dns
  const service = [...world.services].find(item => {
    const key = `${item.metadata.name}.${item.metadata.namespace}`
    return name === `${key}.svc.${zone}` || name === `${key}.${world.site.domain}`
  })
  return service === undefined ? [] : [record.cite('the name of a Service', { kind: 'Service', key: keyOf(service) })]
}

interface HostPlace {
  readonly ingress: Ingress
  readonly field: string
}

function ingressesFor(name: string, ingresses: Iterable<Ingress>): readonly HostPlace[] {
  return [...ingresses].flatMap(ingress => {
    const index = (ingress.spec?.rules ?? []).findIndex(({ host }) => host?.toLowerCase() === name)
    return index < 0 ? [] : [{ ingress, field: `spec.rules[${index}].host` }]
  })
}

function ingressName(ingress: Ingress): ObjectName {
  return { kind: 'Ingress', key: keyOf(ingress) }
}

type Missing = Extract<NameAnswer, { kind: 'missing' }>

function whyMissing({ name, server }: Missing, client: Client, record: Recorder): readonly Detail[] {
  const { world } = record
  if (client.kind === 'internet') {
    return [record.detail(`the world knows nothing of ${world.site.domain}: no tunnel publishes it`)]
  }
  const askers = ingressesFor(name, world.ingresses)
  if (askers.length > 0) return askers.map(place => whyNoAddress(place, record))
  const zone = `.svc.${world.site.dns.zone}`
  if (name.endsWith(zone)) return [record.detail(whyNoService(name.slice(0, -zone.length), server, record))]
  const near = nearestName(name, lanNames(world))
  const hint = near === undefined ? [] : [record.detail(`did you mean ${near}?`)]
  return [record.detail('no Ingress has this host, and no Service or machine this name'), ...hint]
}

/** An Ingress asks for the host, and its status shows no address. */
function whyNoAddress({ ingress, field }: HostPlace, record: Recorder): Detail {
  const { ingressClasses, tables } = record.world
  const problem = checkClasses([ingress], ingressClasses).find(({ object }) => object === `Ingress/${keyOf(ingress)}`)
  if (problem !== undefined) return record.cite(problem.message, ingressName(ingress), problem.field ?? field)
  const className = classNameOf(ingress, ingressClasses) ?? ''
  const why = tables.has(className)
    ? `its class ${className} has no load-balancer address yet`
    : `its class ${className} belongs to a controller that does not run here`
  return record.cite(`Ingress ${keyOf(ingress)} asks for this host, but ${why}`, ingressName(ingress), field)
}

function whyNoService(rest: string, server: NameServer, { world }: Recorder): string {
  const [service = '', namespace = ''] = rest.split('.').slice(-2)
  const model = world.network.services.find(({ key }) => key === `${namespace}/${service}`)
  if (model === undefined) return `there is no Service ${namespace}/${service}`
  if (!server.knowsCluster) return "only the cluster's DNS knows names of Services, and this client does not ask it"
  return model.headless
    ? `Service ${model.key} is headless and has no ready endpoint`
    : `Service ${model.key} has no address`
}
