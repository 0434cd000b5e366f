// Are there announcement policies that announce nothing, or addresses that no policy announces?
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts'
import { chooseAnnouncers } from '../../../network/load-balancer/choose-announcers.ts'
import { selectableLabels } from '../../../network/load-balancer/synthetic-labels.ts'
import type { NodeModel, ServiceModel } from '../../../network/model.ts'
import {
  type CiliumL2AnnouncementPolicy,
  ciliumL2AnnouncementPolicies,
} from '../../../objects/kinds/cilium-l2-announcement-policy.ts'
import { nodes } from '../../../objects/kinds/node.ts'
import { type Service, services } from '../../../objects/kinds/service.ts'
import { keyOf } from '../../../objects/object.ts'
import { matchesLabels } from '../../../objects/selector.ts'
import { selectorText } from '../../../objects/selector-text.ts'
import { folderAddresses } from '../folder-addresses.ts'
import { folderNetwork } from '../folder-network.ts'
import { finding, isWritten } from '../inventory.ts'
import type { Entry, Inventory, Rule } from '../rule.ts'

type Policy = Entry<CiliumL2AnnouncementPolicy>

export const announcesNothing: Rule = {
  codes: ['FW216', 'FW217'],
  *check(input) {
    const policies = input.of<CiliumL2AnnouncementPolicy>(ciliumL2AnnouncementPolicies)
    for (const policy of policies) {
      const idle = whyIdle(policy, input)
      if (idle !== undefined) yield idle
    }
    if (policies.length > 0) yield* unannounced(policies, input)
  },
}

function whyIdle(policy: Policy, input: Inventory): Diagnostic | undefined {
  const { metadata, spec = {} } = policy.object
  const name = `policy ${metadata.name}`
  const common = { code: 'FW216', severity: 'warning' } as const
  if (spec.loadBalancerIPs !== true && spec.externalIPs !== true) {
    return finding(policy, ['spec'], {
      ...common,
      message: `${name} announces nothing: it asks neither for loadBalancerIPs nor for externalIPs`,
      why: 'Both are false unless they are written.',
      fix: 'add loadBalancerIPs: true',
    })
  }
  if (!input.isWhole) return undefined
  const { serviceSelector, nodeSelector } = spec
  const reachable = input.of<Service>(services).flatMap(({ object }) => (facesLan(object) ? [labelsOf(object)] : []))
  if (serviceSelector !== undefined && !reachable.some(labels => matchesLabels(serviceSelector, labels))) {
    return finding(policy, ['spec', 'serviceSelector'], {
      ...common,
      message: `${name} announces nothing: no Service with an address for the LAN has the labels ${selectorText(serviceSelector)}`,
      fix: 'correct the selector, or label the Services',
    })
  }
  const machines = input.of(nodes).map(({ object }) => object.metadata.labels)
  if (nodeSelector !== undefined && !machines.some(labels => matchesLabels(nodeSelector, labels))) {
    return finding(policy, ['spec', 'nodeSelector'], {
      ...common,
      message: `${name} announces nothing: no node has the labels ${selectorText(nodeSelector)}`,
      why: 'Only a node that the policy selects answers for an address.',
      fix: 'correct the selector, or label the nodes',
    })
  }
  return undefined
}

/** Every address that the pools would give, put to the function that chooses who answers for it. */
function* unannounced(policies: readonly Policy[], input: Inventory): Iterable<Diagnostic> {
  const given = folderAddresses(input).services
  const models = folderNetwork(input).services.flatMap((service): ServiceModel[] => {
    const addresses = given.get(service.key)?.addresses ?? []
    // With policy Local a node needs an endpoint too, which a folder cannot say.
    return addresses.length === 0 ? [] : [{ ...service, loadBalancerIPs: addresses, externalTrafficPolicy: 'Cluster' }]
  })
  const announced = chooseAnnouncers({
    services: models,
    nodes: nodesOf(input),
    policies: policies.map(policy => forNodes(policy, input.of(nodes).length > 0)),
    previous: [],
  })
  const answered = new Set(announced.flatMap(({ services }) => services))
  const entries = new Map(input.of<Service>(services).map(entry => [keyOf(entry.object), entry]))
  for (const { key, loadBalancerIPs } of models) {
    const entry = entries.get(key)
    if (answered.has(key) || entry === undefined) continue
    const labels = ['metadata', 'labels']
    yield finding(entry, isWritten(entry, labels) ? labels : ['spec', 'type'], {
      code: 'FW217',
      severity: input.isWhole ? 'error' : 'warning',
      message: `Service ${key} gets ${loadBalancerIPs.join(', ')}, and no announcement policy has it announced`,
      why: `As soon as there is one CiliumL2AnnouncementPolicy, only what a policy selects is answered for on the LAN; here ${policies.map(wants).join('; ')}.`,
      fix: 'give the Service the labels of a policy, or widen a policy’s serviceSelector',
    })
  }
}

function wants({ object: { metadata, spec } }: Policy): string {
  if (spec?.loadBalancerIPs !== true) return `${metadata.name} announces no load-balancer addresses`
  return `${metadata.name} selects ${spec.serviceSelector === undefined ? 'every Service' : selectorText(spec.serviceSelector)}`
}

/** Healthy all of them. Without any known, one stands for all, and which nodes a policy selects does not count. */
function nodesOf(input: Inventory): readonly NodeModel[] {
  const model = { addresses: [], podCidrs: [], ready: true, announces: true }
  const known = input
    .of(nodes)
    .map(({ object: { metadata } }) => ({ ...model, name: metadata.name, labels: metadata.labels ?? {} }))
  return known.length > 0 ? known : [{ ...model, name: 'any', labels: {} }]
}

function forNodes({ object }: Policy, areKnown: boolean): CiliumL2AnnouncementPolicy {
  if (areKnown || object.spec === undefined) return object
  const { nodeSelector: _any, ...spec } = object.spec
  return { ...object, spec }
}

function facesLan({ spec }: Service): boolean {
  return spec?.type === 'LoadBalancer' || (spec?.externalIPs ?? []).length > 0
}

function labelsOf({ metadata: { namespace = 'default', name, labels = {} } }: Service) {
  return selectableLabels({ namespace, name, labels })
}
