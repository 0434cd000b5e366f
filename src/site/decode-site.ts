// Reads a Site: checks its shape, parses every address, fills in defaults, and says what cannot be true.
import type { Diagnostic, Position } from '../diagnostics/diagnostic.ts'
import { type Address, parseAddress } from '../net/address.ts'
import { addressAt, type Cidr, cidr, formatCidr, hasHostBits, parseCidr } from '../net/cidr.ts'
import { withFixes } from '../objects/decode/check-object.ts'
import type { FieldProblem } from '../objects/kind.ts'
import type { KubeObject } from '../objects/object.ts'
import { checkSchema, type Schema } from '../objects/schema.ts'
import { checkSite } from './check-site.ts'
import { cutPodCidrs } from './cut-pod-cidrs.ts'
import schema from './site.schema.json' with { type: 'json' }
import type { Site, SiteIngress, SiteNode } from './site.ts'

export type FieldPath = readonly (string | number)[]

/** Where a field stands in the user's file. */
export type Locate = (path: FieldPath) => Position

export interface DecodedSite {
  /** Absent when the shape is so wrong that nothing can be built from it. */
  readonly site?: Site
  readonly diagnostics: readonly Diagnostic[]
}

/** The file's content as the schema guarantees it. */
interface SiteFile {
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly domain: string
    readonly age?: string
    readonly nodes: readonly HostFile[]
    readonly lan: RangeFile & {
      readonly gateway: string
      readonly gateway6?: string
      readonly hosts?: readonly HostFile[]
    }
    readonly pods: RangeFile & { readonly nodePrefix?: number }
    readonly services: RangeFile
    readonly dns?: {
      readonly address?: string
      readonly zone?: string
      readonly replicas?: number
      readonly ttl?: number
    }
    readonly ingress?: readonly IngressFile[]
    readonly loadBalancer?: { readonly mode?: 'snat' | 'dsr' }
    readonly internet?: { readonly cidr?: string; readonly server?: string }
  }
}
interface RangeFile {
  readonly cidr: string
  readonly cidr6?: string
}
interface HostFile {
  readonly name: string
  readonly address: string
  readonly address6?: string
  readonly roles?: readonly string[]
}
interface IngressFile {
  readonly class: string
  readonly proxy?: 'nginx' | 'none'
  readonly controller?: string
  readonly default?: boolean
  readonly deployment?: string
  readonly replicas?: number
  readonly address?: string
}

export function decodeSite(value: unknown, locate: Locate): DecodedSite {
  const shape = checkSchema(schema as Schema, value)
  if (shape.length > 0) {
    const problems = withFixes(shape, { object: value as KubeObject, schema: schema as Schema })
    return { diagnostics: problems.map(problem => shapeDiagnostic(problem, locate)) }
  }
  const reader = new SiteReader(value as SiteFile, locate)
  const site = reader.read()
  if (site === undefined) return { diagnostics: reader.diagnostics }
  return { site, diagnostics: [...reader.diagnostics, ...checkSite(site, locate)] }
}

function shapeDiagnostic(problem: FieldProblem, locate: Locate): Diagnostic {
  return {
    code: 'FW110',
    severity: 'error',
    message: `the site's ${problem.path.join('.') || 'document'} is not as expected: ${problem.message}`,
    why: 'No site can be built from it.',
    ...(problem.fix === undefined ? {} : { fix: problem.fix }),
    position: locate(problem.path),
    object: 'Site',
  }
}

class SiteReader {
  readonly diagnostics: Diagnostic[] = []
  readonly #file: SiteFile
  readonly #locate: Locate

  constructor(file: SiteFile, locate: Locate) {
    this.#file = file
    this.#locate = locate
  }

  read(): Site | undefined {
    const { metadata, spec } = this.#file
    const lanCidrs = this.#ranges(['spec', 'lan'], spec.lan)
    const podCidrs = this.#ranges(['spec', 'pods'], spec.pods)
    const serviceCidrs = this.#ranges(['spec', 'services'], spec.services)
    const gateways = this.#addresses(['spec', 'lan'], { gateway: spec.lan.gateway, gateway6: spec.lan.gateway6 })
    const nodes = spec.nodes.map((node, index) => this.#host(['spec', 'nodes', index], node))
    const hosts = (spec.lan.hosts ?? [laptopOf(lanCidrs, spec)]).map((host, index) =>
      this.#host(['spec', 'lan', 'hosts', index], host),
    )
    const internetCidr = this.#cidr(['spec', 'internet', 'cidr'], spec.internet?.cidr ?? '203.0.113.0/24')
    const server = this.#address(['spec', 'internet', 'server'], spec.internet?.server ?? '198.51.100.1')
    const dnsAddress = this.#address(['spec', 'dns', 'address'], spec.dns?.address ?? defaultDnsAddress(serviceCidrs))
    const ingress = (spec.ingress ?? []).map((entry, index) => this.#ingress(['spec', 'ingress', index], entry))
    if (this.diagnostics.some(diagnostic => diagnostic.severity === 'error')) return undefined
    if (internetCidr === undefined || server === undefined || dnsAddress === undefined) return undefined

    const perNode = cutPodCidrs(podCidrs, nodes.length, spec.pods.nodePrefix)
    const hasRoles = spec.nodes.some(node => node.roles !== undefined)
    return {
      name: metadata.name,
      domain: spec.domain,
      ageMs: parseAge(spec.age ?? '0s'),
      nodes: nodes.map(
        (node, index): SiteNode => ({
          ...node,
          roles: spec.nodes[index]?.roles ?? (index === 0 && !hasRoles ? ['control-plane'] : []),
          podCidrs: perNode[index] ?? [],
        }),
      ),
      lan: { cidrs: lanCidrs, gateways, hosts },
      podCidrs,
      serviceCidrs,
      dns: {
        addresses: [dnsAddress],
        zone: spec.dns?.zone ?? 'cluster.local',
        replicas: spec.dns?.replicas ?? 2,
        ttlSeconds: spec.dns?.ttl ?? 5,
      },
      ingress,
      loadBalancer: { mode: spec.loadBalancer?.mode ?? 'snat' },
      internet: { cidr: internetCidr, server },
    }
  }

  #ingress(path: FieldPath, entry: IngressFile): SiteIngress {
    const common = {
      className: entry.class,
      controller: entry.controller ?? `k8s.io/${entry.class}`,
      isDefault: entry.default ?? false,
    }
    if ((entry.proxy ?? (entry.controller === undefined ? 'nginx' : 'none')) === 'none')
      return { ...common, proxy: 'none' }
    const address = entry.address === undefined ? undefined : this.#address([...path, 'address'], entry.address)
    return {
      ...common,
      proxy: 'nginx',
      deployment: entry.deployment ?? `ingress-nginx-${entry.class}-controller`,
      replicas: entry.replicas ?? 2,
      ...(address === undefined ? {} : { address }),
    }
  }

  #host(path: FieldPath, host: HostFile): { name: string; addresses: Address[] } {
    return { name: host.name, addresses: this.#addresses(path, { address: host.address, address6: host.address6 }) }
  }

  #addresses(path: FieldPath, fields: Readonly<Record<string, string | undefined>>): Address[] {
    return Object.entries(fields).flatMap(([field, text]) => {
      const parsed = text === undefined ? undefined : this.#address([...path, field], text)
      return parsed === undefined ? [] : [parsed]
    })
  }

  #ranges(path: FieldPath, range: RangeFile): Cidr[] {
    return [
      this.#cidr([...path, 'cidr'], range.cidr),
      range.cidr6 && this.#cidr([...path, 'cidr6'], range.cidr6),
    ].filter(parsed => parsed !== undefined && parsed !== '')
  }

  #address(path: FieldPath, text: string): Address | undefined {
    const parsed = parseAddress(text)
    if (parsed === undefined) {
      this.#report(
        path,
        `${path.join('.')} is not an IP address: ${JSON.stringify(text)}`,
        'write it as 192.168.1.50 or fd00::50',
      )
    }
    return parsed
  }

  #cidr(path: FieldPath, text: string): Cidr | undefined {
    const parsed = parseCidr(text)
    if (parsed === undefined) {
      this.#report(
        path,
        `${path.join('.')} is not a range of addresses: ${JSON.stringify(text)}`,
        'write it as 192.168.1.0/24',
      )
    } else if (hasHostBits(text)) {
      this.diagnostics.push({
        code: 'FW201',
        severity: 'warning',
        message: `${path.join('.')} is ${text}, which has host bits set; read as ${formatCidr(parsed)}`,
        why: 'The range begins elsewhere than it says.',
        fix: `write ${formatCidr(parsed)}`,
        position: this.#locate(path),
        object: 'Site',
      })
    }
    return parsed
  }

  #report(path: FieldPath, message: string, fix: string): void {
    this.diagnostics.push({
      code: 'FW201',
      severity: 'error',
      message,
      fix,
      position: this.#locate(path),
      object: 'Site',
    })
  }
}

/** `68d` in milliseconds; the schema has checked the form. */
function parseAge(text: string): number {
  const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[text.at(-1) ?? 's'] ?? 1_000
  return Number.parseInt(text, 10) * unitMs
}

/** The tenth address of the first Service range, as kubeadm chooses it. */
function defaultDnsAddress(serviceCidrs: readonly Cidr[]): string {
  return addressAt(serviceCidrs[0] ?? cidr('10.96.0.0/12'), 10) ?? ''
}

/** A laptop at the first of .50, .51 … that nobody named in the site has. */
function laptopOf(lanCidrs: readonly Cidr[], spec: SiteFile['spec']): HostFile {
  const taken = new Set([spec.lan.gateway, ...spec.nodes.map(node => node.address)])
  const lan = lanCidrs[0] ?? cidr('192.168.1.0/24')
  for (let index = 50n; ; index++) {
    const candidate = addressAt(lan, index)
    if (candidate === undefined) return { name: 'laptop', address: addressAt(lan, 2) ?? spec.lan.gateway }
    if (!taken.has(candidate)) return { name: 'laptop', address: candidate }
  }
}
