// In which address families a Service is served: what was asked for, completed with what the cluster has.
import { type Family, familyOf, parseAddress } from '../../net/address.ts'
import type { FieldProblem } from '../../objects/kind.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { invalid } from '../../objects/problems.ts'

type Spec = NonNullable<Service['spec']>
export type FamilyName = 'IPv4' | 'IPv6'

export interface FamilyChoice {
  readonly policy: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack'
  readonly families: readonly FamilyName[]
}

export const familyName = (family: Family): FamilyName => (family === 4 ? 'IPv4' : 'IPv6')
export const familyOfName = (name: string): Family => (name === 'IPv6' ? 6 : 4)

/** `cluster` is what the service CIDRs offer, the default first. */
export function chooseFamilies(
  spec: Spec,
  cluster: readonly Family[],
): FamilyChoice | { readonly problems: readonly FieldProblem[] } {
  const offered = cluster.map(familyName)
  const requested = (spec.clusterIPs ?? []).flatMap(text => {
    const address = parseAddress(text)
    return address === undefined ? [] : [familyName(familyOf(address))]
  })
  const named = (spec.ipFamilies ?? []) as readonly FamilyName[]
  const headlessWithoutSelector = spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0
  if (headlessWithoutSelector) return forHeadlessWithoutSelector(spec, named, offered)

  const problems = checkNamed(named, requested, offered)
  const policy = policyOf(spec, requested)
  if (policy === 'RequireDualStack' && offered.length < 2) {
    problems.push(invalid(['spec', 'ipFamilyPolicy'], policy, 'this cluster is not configured for dual-stack services'))
  }
  if (policy === 'SingleStack' && Math.max(named.length, requested.length) > 1) {
    problems.push(
      invalid(
        ['spec', 'ipFamilyPolicy'],
        policy,
        'must be RequireDualStack or PreferDualStack when multiple IP families are specified',
      ),
    )
  }
  if (problems.length > 0) return { problems }
  const start = named.length > 0 ? named : requested.length > 0 ? requested : offered.slice(0, 1)
  if (policy === 'SingleStack') return { policy, families: start.slice(0, 1) }
  return { policy, families: [...start, ...offered.filter(family => !start.includes(family))] }
}

function policyOf(spec: Spec, requested: readonly FamilyName[]): FamilyChoice['policy'] {
  const given = spec.ipFamilyPolicy
  if (given === 'SingleStack' || given === 'PreferDualStack' || given === 'RequireDualStack') return given
  // Two addresses can only mean two families.
  return requested.length > 1 ? 'RequireDualStack' : 'SingleStack'
}

/** Its endpoints are the user's and may be of any family, so it is served in both unless said otherwise. */
function forHeadlessWithoutSelector(
  spec: Spec,
  named: readonly FamilyName[],
  offered: readonly FamilyName[],
): FamilyChoice {
  const policy = spec.ipFamilyPolicy === undefined ? 'RequireDualStack' : policyOf(spec, [])
  const start = named.length > 0 ? named : offered.slice(0, 1)
  if (policy === 'SingleStack') return { policy, families: start.slice(0, 1) }
  const both = start[0] === 'IPv6' ? (['IPv6', 'IPv4'] as const) : (['IPv4', 'IPv6'] as const)
  return { policy, families: policy === 'RequireDualStack' || offered.length > 1 ? both : start }
}

function checkNamed(
  named: readonly FamilyName[],
  requested: readonly FamilyName[],
  offered: readonly FamilyName[],
): FieldProblem[] {
  const problems: FieldProblem[] = []
  for (const [index, family] of named.entries()) {
    if (!offered.includes(family))
      problems.push(invalid(['spec', 'ipFamilies', index], family, 'not configured on this cluster'))
    if (named.indexOf(family) !== index) {
      problems.push({
        path: ['spec', 'ipFamilies', index],
        severity: 'error',
        message: `Duplicate value: ${JSON.stringify(family)}`,
      })
    }
  }
  for (const [index, family] of requested.entries()) {
    const wanted = named[index]
    if (wanted !== undefined && wanted !== family) {
      problems.push(
        invalid(
          ['spec', 'clusterIPs', index],
          family,
          `expected an ${wanted} value as indicated by \`ipFamilies[${index}]\``,
        ),
      )
    }
  }
  return problems
}
