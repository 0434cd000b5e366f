// Which Endpoints and EndpointSlices does the API server refuse? Follows their validation in pkg/apis.
import { familyOf, parseAddress } from '../../net/address.ts'
import type { FieldProblem } from '../kind.ts'
import type { EndpointSlice } from '../kinds/endpoint-slice.ts'
import type { Endpoints } from '../kinds/endpoints.ts'
import { checkDns1123Label, checkDns1123Subdomain } from '../names.ts'
import { type FieldPath, invalid, required } from '../problems.ts'
import { checkReachableAddress } from './addresses.ts'
import { list } from './pod-spec.ts'
import { checkPortNumber } from './ports.ts'
import { checkRepeats } from './repeats.ts'

const mostEndpoints = 1000
const mostAddresses = 100

export function checkEndpoints(endpoints: Endpoints): FieldProblem[] {
  const problems: FieldProblem[] = []
  for (const [index, subset] of list(endpoints.subsets).entries()) {
    const path = ['subsets', index]
    for (const field of ['addresses', 'notReadyAddresses'] as const) {
      for (const [at, { ip, hostname }] of list(subset[field]).entries()) {
        problems.push(...checkReachableAddress(ip, [...path, field, at, 'ip']))
        const problem = hostname ? checkDns1123Label(hostname) : undefined
        if (problem !== undefined) problems.push(invalid([...path, field, at, 'hostname'], hostname, problem))
      }
    }
    if (list(subset.addresses).length + list(subset.notReadyAddresses).length === 0) {
      problems.push(required(path, 'must specify `addresses` or `notReadyAddresses`'))
    }
    const ports = list(subset.ports)
    for (const [at, port] of ports.entries()) {
      if (!port.name && ports.length > 1) problems.push(required([...path, 'ports', at, 'name']))
      problems.push(...checkPortNumber(port.port, [...path, 'ports', at, 'port']))
    }
  }
  return problems
}

export function checkEndpointSlice(slice: EndpointSlice, old?: EndpointSlice): FieldProblem[] {
  const problems: FieldProblem[] = []
  const endpoints = list(slice.endpoints)
  if (endpoints.length > mostEndpoints) {
    const message = `Too many: ${endpoints.length}: must have at most ${mostEndpoints} items`
    problems.push({ path: ['endpoints'], severity: 'error', message })
  }
  for (const [index, endpoint] of endpoints.entries()) {
    const path = ['endpoints', index, 'addresses']
    const addresses = endpoint.addresses ?? []
    if (addresses.length === 0) problems.push(required(path, 'must contain at least 1 address'))
    if (addresses.length > mostAddresses) {
      const message = `Too many: ${addresses.length}: must have at most ${mostAddresses} items`
      problems.push({ path, severity: 'error', message })
    }
    for (const [at, text] of addresses.entries()) {
      problems.push(...checkSliceAddress(slice.addressType, text, [...path, at]))
    }
    const { hostname } = endpoint
    const problem = hostname ? checkDns1123Label(hostname) : undefined
    if (problem !== undefined) problems.push(invalid(['endpoints', index, 'hostname'], hostname, problem))
  }
  const ports = list(slice.ports)
  for (const [index, port] of ports.entries()) {
    const at = ['ports', index]
    const problem = port.name ? checkDns1123Label(port.name) : undefined
    if (problem !== undefined) problems.push(invalid([...at, 'name'], port.name, problem))
    if (port.port !== undefined) problems.push(...checkPortNumber(port.port, [...at, 'port']))
  }
  // Two unnamed ports collide as well, so the empty name is compared like any other.
  problems.push(
    ...checkRepeats(ports, ['ports'], port => ({ name: port.name ?? '' })).map(problem => nameOnly(problem)),
  )
  if (old !== undefined && old.addressType !== slice.addressType) {
    problems.push(invalid(['addressType'], slice.addressType, 'field is immutable'))
  }
  return problems
}

function nameOnly(problem: FieldProblem): FieldProblem {
  return { ...problem, path: [...problem.path, 'name'], message: problem.message.replace(/\{"name":(".*")\}/, '$1') }
}

function checkSliceAddress(type: string, text: string, path: FieldPath): FieldProblem[] {
  if (type === 'FQDN') {
    const problem = checkDns1123Subdomain(text)
    return problem === undefined ? [] : [invalid(path, text, problem)]
  }
  const problems = checkReachableAddress(text, path)
  const address = parseAddress(text)
  if (address === undefined) return problems
  if (type === 'IPv4' && familyOf(address) !== 4)
    return [...problems, invalid(path, text, 'must be a valid IPv4 address')]
  if (type === 'IPv6' && familyOf(address) !== 6)
    return [...problems, invalid(path, text, 'must be a valid IPv6 address')]
  return problems
}
