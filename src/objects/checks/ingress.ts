// Which Ingresses and IngressClasses does the API server refuse? Follows pkg/apis/networking/validation.
import type { IHTTPIngressPath } from 'kubernetes-models/networking.k8s.io/v1/HTTPIngressPath'
import type { IIngressBackend } from 'kubernetes-models/networking.k8s.io/v1/IngressBackend'
import { parseAddress } from '../../net/address.ts'
import type { FieldProblem } from '../kind.ts'
import type { Ingress } from '../kinds/ingress.ts'
import type { IngressClass } from '../kinds/ingress-class.ts'
import { checkDns1035Label, checkDns1123Subdomain, checkWildcardSubdomain } from '../names.ts'
import type { Immutable } from '../object.ts'
import { type FieldPath, forbidden, invalid, required } from '../problems.ts'
import { list } from './pod-spec.ts'
import { checkPortName, checkPortNumber } from './ports.ts'

type Backend = Immutable<IIngressBackend>
type PathRule = Immutable<IHTTPIngressPath>

const classAnnotation = 'kubernetes.io/ingress.class'
/** Sequences that a proxy would normalise away, so that the rule could never match. */
const invalidParts = ['//', '/./', '/../', '%2f', '%2F']
const invalidEnds = ['/..', '/.']

export function checkIngress(ingress: Ingress, old?: Ingress): FieldProblem[] {
  const spec = ingress.spec
  const problems: FieldProblem[] = []
  const rules = list(spec?.rules)
  if (rules.length === 0 && !spec?.defaultBackend) {
    problems.push(invalid(['spec'], spec ?? {}, 'either `defaultBackend` or `rules` must be specified'))
  }
  if (spec?.defaultBackend) problems.push(...checkBackend(spec.defaultBackend, ['spec', 'defaultBackend']))
  for (const [index, rule] of rules.entries()) {
    const at = ['spec', 'rules', index]
    if (rule.host) problems.push(...checkHost(rule.host, [...at, 'host']))
    if (!rule.http) continue
    const paths = list(rule.http.paths)
    if (paths.length === 0) problems.push(required([...at, 'http', 'paths']))
    for (const [number, path] of paths.entries()) problems.push(...checkPath(path, [...at, 'http', 'paths', number]))
  }
  for (const [index, tls] of list(spec?.tls).entries()) {
    const at = ['spec', 'tls', index]
    for (const [number, host] of (tls.hosts ?? []).entries())
      problems.push(...checkHost(host, [...at, 'hosts', number]))
    const problem = tls.secretName ? checkDns1123Subdomain(tls.secretName) : undefined
    if (problem !== undefined) problems.push(invalid([...at, 'secretName'], tls.secretName, problem))
  }
  return [...problems, ...checkClassName(ingress, old)]
}

function checkClassName(ingress: Ingress, old: Ingress | undefined): FieldProblem[] {
  const name = ingress.spec?.ingressClassName
  if (name === undefined || name === null) return []
  const problem = checkDns1123Subdomain(name)
  if (problem !== undefined) return [invalid(['spec', 'ingressClassName'], name, problem)]
  const annotated = ingress.metadata.annotations?.[classAnnotation]
  if (annotated === undefined || old !== undefined) return []
  const path = ['metadata', 'annotations', classAnnotation]
  return annotated === name ? [] : [invalid(path, annotated, 'must match `ingressClassName` when both are specified')]
}

function checkHost(host: string, path: FieldPath): FieldProblem[] {
  if (parseAddress(host) !== undefined) return [invalid(path, host, 'must be a DNS name, not an IP address')]
  const problem = host.includes('*') ? checkWildcardSubdomain(host) : checkDns1123Subdomain(host)
  return problem === undefined ? [] : [invalid(path, host, problem)]
}

function checkPath(rule: PathRule, path: FieldPath): FieldProblem[] {
  const problems: FieldProblem[] = []
  const { pathType } = rule
  const text = rule.path ?? ''
  const at = [...path, 'path']
  if (pathType === undefined) problems.push(required([...path, 'pathType'], 'pathType must be specified'))
  else if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!text.startsWith('/')) problems.push(invalid(at, text, 'must be an absolute path'))
    for (const part of invalidParts)
      if (text.includes(part)) problems.push(invalid(at, text, `must not contain '${part}'`))
    for (const end of invalidEnds) if (text.endsWith(end)) problems.push(invalid(at, text, `cannot end with '${end}'`))
  } else if (text !== '' && !text.startsWith('/')) problems.push(invalid(at, text, 'must be an absolute path'))
  if (!rule.backend) problems.push(required([...path, 'backend']))
  else problems.push(...checkBackend(rule.backend, [...path, 'backend']))
  return problems
}

function checkBackend(backend: Backend, path: FieldPath): FieldProblem[] {
  const { service, resource } = backend
  if (service && resource) return [invalid(path, '', 'cannot set both resource and service backends')]
  if (resource) return []
  if (!service) return [required(path, 'resource or service backend is required')]
  const problems: FieldProblem[] = []
  const at = [...path, 'service']
  if (!service.name) problems.push(required([...at, 'name']))
  else {
    const problem = checkDns1035Label(service.name)
    if (problem !== undefined) problems.push(invalid([...at, 'name'], service.name, problem))
  }
  const { name, number } = service.port ?? {}
  if (name && number) problems.push(invalid(at, '', 'cannot set both port name & port number'))
  else if (name) problems.push(...checkPortName(name, [...at, 'port', 'name']))
  else if (number) problems.push(...checkPortNumber(number, [...at, 'port', 'number']))
  else problems.push(required(at, 'port name or number is required'))
  return problems
}

export function checkIngressClass(ingressClass: IngressClass, old?: IngressClass): FieldProblem[] {
  const problems: FieldProblem[] = []
  const controller = ingressClass.spec?.controller ?? ''
  const path = ['spec', 'controller']
  if (controller === '') problems.push(required(path))
  else {
    const [domain = '', ...rest] = controller.split('/')
    if (rest.length === 0 || rest[0] === '' || checkDns1123Subdomain(domain) !== undefined) {
      problems.push(invalid(path, controller, 'must be a domain-prefixed path (such as "acme.io/foo")'))
    } else if (controller.length > 250) {
      problems.push({ path, severity: 'error', message: 'Too long: may not be more than 250 bytes' })
    }
  }
  const parameters = ingressClass.spec?.parameters
  if (parameters) {
    const at = ['spec', 'parameters']
    if (!parameters.kind) problems.push(required([...at, 'kind']))
    if (!parameters.name) problems.push(required([...at, 'name']))
    const isNamespaced = parameters.scope === 'Namespace'
    if (isNamespaced && !parameters.namespace) {
      problems.push(required([...at, 'namespace'], "`parameters.scope` is set to 'Namespace'"))
    }
    if (!isNamespaced && parameters.namespace) {
      problems.push(forbidden([...at, 'namespace'], "`parameters.scope` is set to 'Cluster'"))
    }
  }
  if (old?.spec?.controller && old.spec.controller !== controller) {
    problems.push(invalid(path, controller, 'field is immutable'))
  }
  return problems
}
