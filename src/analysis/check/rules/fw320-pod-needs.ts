// Does a pod need a ConfigMap, Secret, ServiceAccount or volume claim that does not exist, or a key that it does not hold?
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts'
import { type Certificate, certificates } from '../../../objects/kinds/certificate.ts'
import { type ConfigMap, configMaps } from '../../../objects/kinds/config-map.ts'
import { type Ingress, ingresses } from '../../../objects/kinds/ingress.ts'
import { persistentVolumeClaims } from '../../../objects/kinds/persistent-volume-claim.ts'
import { type Secret, secrets } from '../../../objects/kinds/secret.ts'
import { serviceAccounts } from '../../../objects/kinds/service-account.ts'
import { nearestName } from '../../../objects/nearest.ts'
import { keyOf } from '../../../objects/object.ts'
import { finding } from '../inventory.ts'
import { type Need, type NeededKind, needsOf } from '../pod-needs.ts'
import type { Inventory, Rule } from '../rule.ts'
import { type Workload, workloadsOf } from '../workloads.ts'

export const podNeeds: Rule = {
  codes: ['FW320', 'FW321'],
  *check(input) {
    const stock = stockOf(input)
    const spokenOf = wordsOf(workloadsOf(input).all)
    for (const workload of workloadsOf(input).all) {
      const missing = new Set<string>()
      for (const need of needsOf(workload)) {
        const keys = stock[need.kind].get(`${workload.namespace}/${need.name}`)
        if (keys === undefined) {
          const id = `${need.kind}/${need.name}`
          if (missing.has(id) || spokenOf.has(need.name) || isMadeByOthers(need, input)) continue
          missing.add(id)
          yield notThere(workload, { need, stock, input })
        } else if (need.key !== undefined && keys !== 'any' && !keys.has(need.key)) {
          yield keyNotThere(workload, need, keys)
        }
      }
    }
  },
}

/** By `namespace/name`, the keys that the object holds; `any` for one whose keys are not known or do not matter. */
type Stock = Readonly<Record<NeededKind, ReadonlyMap<string, ReadonlySet<string> | 'any'>>>

function stockOf(input: Inventory): Stock {
  const named = (kind: Parameters<Inventory['of']>[0]) =>
    input.of(kind).map(({ object }) => [keyOf(object), 'any'] as const)
  return {
    ConfigMap: new Map(
      input.of<ConfigMap>(configMaps).map(({ object }) => [keyOf(object), keysIn(object.data, object.binaryData)]),
    ),
    Secret: new Map<string, ReadonlySet<string> | 'any'>([
      ...issuedSecrets(input),
      ...input
        .of<Secret>(secrets)
        .map(({ object }) => [keyOf(object), keysIn(object.data, object.stringData)] as const),
    ]),
    ServiceAccount: new Map(named(serviceAccounts)),
    PersistentVolumeClaim: new Map(named(persistentVolumeClaims)),
  }
}

function keysIn(...maps: readonly (object | undefined)[]): ReadonlySet<string> {
  return new Set(maps.flatMap(map => Object.keys(map ?? {})))
}

/** Secrets that cert-manager makes: those of Certificates, and those of the tls entries of Ingresses that ask it to. */
function issuedSecrets(input: Inventory): readonly (readonly [string, 'any'])[] {
  const asked = input
    .of<Certificate>(certificates)
    .map(({ object: { metadata, spec } }) => `${metadata.namespace ?? 'default'}/${spec?.secretName ?? ''}`)
  const shimmed = input
    .of<Ingress>(ingresses)
    .flatMap(({ object: { metadata, spec } }) =>
      Object.keys(metadata.annotations ?? {}).some(key => key.startsWith('cert-manager.io/'))
        ? (spec?.tls ?? []).map(({ secretName }) => `${metadata.namespace ?? 'default'}/${secretName ?? ''}`)
        : [],
    )
  return [...asked, ...shimmed].map(key => [key, 'any'] as const)
}

/** What programs are told by their arguments and variables: whoever is given the name of a Secret may well make it. */
function wordsOf(workloads: readonly Workload[]): ReadonlySet<string> {
  const words = new Set<string>()
  for (const { spec } of workloads) {
    for (const { args = [], command = [], env = [] } of [
      ...(spec?.initContainers ?? []),
      ...(spec?.containers ?? []),
    ]) {
      for (const text of [...args, ...command, ...env.map(({ value }) => value ?? '')]) {
        for (const word of text.split(/[^\w.-]+/)) words.add(word.replace(/^-+/, ''))
      }
    }
  }
  return words
}

/** Every namespace gets these from its controllers; and what a foreign object names, it may well make. */
function isMadeByOthers({ kind, name }: Need, input: Inventory): boolean {
  if (kind === 'ConfigMap' && name === 'kube-root-ca.crt') return true
  if (kind === 'ServiceAccount' && name === 'default') return true
  return input.foreignNaming(name) !== undefined
}

const consequences: Readonly<Record<NeededKind, string>> = {
  ConfigMap: 'Its pods stay in ContainerCreating or CreateContainerConfigError until it exists.',
  Secret: 'Its pods stay in ContainerCreating or CreateContainerConfigError until it exists.',
  ServiceAccount: 'The API server refuses its pods until it exists.',
  PersistentVolumeClaim: 'Its pods stay Pending until it exists.',
}

interface Missing {
  readonly need: Need
  readonly stock: Stock
  readonly input: Inventory
}

function notThere(workload: Workload, { need, stock, input }: Missing): Diagnostic {
  const { kind, name, path } = need
  const prefix = `${workload.namespace}/`
  const siblings = [...stock[kind].keys()].flatMap(key => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []))
  const near = nearestName(name, siblings)
  // Where no object of the kind is written down at all, they are kept elsewhere: Secrets mostly are.
  const isLikely = input.isWhole || siblings.length > 0
  const elsewhere = [...stock[kind].keys()].find(key => key.endsWith(`/${name}`))
  const origin = input.isWhole ? '' : ', unless the cluster has it already or a tool makes it'
  return finding(workload.entry, path, {
    code: 'FW320',
    severity: isLikely ? 'warning' : 'info',
    message: `${workload.owner} needs ${kind} ${prefix}${name}, which is not among the manifests`,
    why: `${consequences[kind].slice(0, -1)}${origin}.`,
    fix:
      near !== undefined
        ? `did you mean ${near}?`
        : elsewhere !== undefined
          ? `there is one in namespace ${elsewhere.slice(0, elsewhere.indexOf('/'))}: a pod can use those of its own namespace only`
          : `add the ${kind}${kind === 'Secret' || kind === 'ConfigMap' ? ', or mark the reference optional: true' : ''}`,
  })
}

function keyNotThere(workload: Workload, need: Need, keys: ReadonlySet<string>): Diagnostic {
  const { kind, name, key = '', keyPath, path } = need
  const near = nearestName(key, keys)
  return finding(workload.entry, keyPath ?? path, {
    code: 'FW321',
    severity: 'error',
    message: `${workload.owner} needs the key ${key} of ${kind} ${workload.namespace}/${name}, which has no such key`,
    why: consequences[kind].replace('it exists', 'the key exists'),
    fix: near === undefined ? `its keys are ${[...keys].join(', ') || 'none'}` : `did you mean ${near}?`,
  })
}
