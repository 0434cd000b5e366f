// Which pod specs does the API server refuse, beyond what the schema says? Follows ValidatePodSpec.
import type { FieldProblem } from '../kind.ts'
import { checkDns1123Label } from '../names.ts'
import type { Immutable } from '../object.ts'
import type { Container, PodSpec, PodTemplate } from '../pods/defaults.ts'
import { type FieldPath, forbidden, invalid, required } from '../problems.ts'
import { parseQuantity } from '../quantity.ts'
import { sameJson } from '../same.ts'
import { checkPortName, checkPortNumber, checkPortOrName } from './ports.ts'
import { checkRepeats } from './repeats.ts'

export function checkPodTemplate(template: PodTemplate | undefined, path: FieldPath): FieldProblem[] {
  return checkPodSpec(template?.spec, [...path, 'spec'])
}

export function checkPodSpec(spec: PodSpec | undefined, path: FieldPath): FieldProblem[] {
  if (spec === undefined) return [required([...path, 'containers'])]
  const volumes = list(spec.volumes)
  const volumeNames = new Set(volumes.map(volume => volume.name))
  const problems: FieldProblem[] = []
  for (const [index, volume] of volumes.entries()) {
    problems.push(...checkLabelName(volume.name, [...path, 'volumes', index, 'name']))
  }
  problems.push(...checkRepeats(volumes, [...path, 'volumes'], volume => volume.name, 'name'))
  if (list(spec.containers).length === 0) problems.push(required([...path, 'containers']))
  for (const field of ['initContainers', 'containers'] as const) {
    const containers = list<Container>(spec[field])
    for (const [index, container] of containers.entries()) {
      const at = [...path, field, index]
      problems.push(...checkContainer(container, at, { volumeNames, hostNetwork: spec.hostNetwork === true }))
    }
    problems.push(...checkRepeats(containers, [...path, field], container => container.name, 'name'))
  }
  if (typeof spec.terminationGracePeriodSeconds === 'number' && spec.terminationGracePeriodSeconds < 0) {
    problems.push(atLeastZero([...path, 'terminationGracePeriodSeconds'], spec.terminationGracePeriodSeconds))
  }
  return problems
}

interface Surroundings {
  readonly volumeNames: ReadonlySet<string>
  readonly hostNetwork: boolean
}

function checkContainer(container: Container, path: FieldPath, around: Surroundings): FieldProblem[] {
  const problems = checkLabelName(container.name, [...path, 'name'])
  const image = container.image ?? ''
  if (image === '') problems.push(required([...path, 'image']))
  else if (image.trim() !== image) {
    problems.push(invalid([...path, 'image'], image, 'must not have leading or trailing whitespace'))
  }
  problems.push(...checkContainerPorts(container, path, around.hostNetwork))
  for (const [index, variable] of list(container.env).entries()) {
    const at = [...path, 'env', index]
    if (!variable.name) problems.push(required([...at, 'name']))
    else if (variable.name.includes('=')) {
      problems.push(invalid([...at, 'name'], variable.name, "environment variable name must not contain '='"))
    }
    if (variable.value && variable.valueFrom) {
      problems.push(invalid([...at, 'valueFrom'], '', 'may not be specified when `value` is not empty'))
    }
  }
  const mounts = list(container.volumeMounts)
  for (const [index, mount] of mounts.entries()) {
    const at = [...path, 'volumeMounts', index]
    if (!mount.name) problems.push(required([...at, 'name']))
    else if (!around.volumeNames.has(mount.name)) {
      problems.push({ path: [...at, 'name'], severity: 'error', message: `Not found: ${JSON.stringify(mount.name)}` })
    }
    if (!mount.mountPath) problems.push(required([...at, 'mountPath']))
    else if (mounts.findIndex(other => other.mountPath === mount.mountPath) < index) {
      problems.push(invalid([...at, 'mountPath'], mount.mountPath, 'must be unique'))
    }
  }
  problems.push(...checkResources(container, path))
  for (const field of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    problems.push(...checkProbe(container[field], [...path, field], field !== 'readinessProbe'))
  }
  return problems
}

function checkContainerPorts(container: Container, path: FieldPath, hostNetwork: boolean): FieldProblem[] {
  const problems: FieldProblem[] = []
  const ports = list(container.ports)
  for (const [index, port] of ports.entries()) {
    const at = [...path, 'ports', index]
    if (port.name) problems.push(...checkPortName(port.name, [...at, 'name']))
    if (port.containerPort === 0) problems.push(required([...at, 'containerPort']))
    else problems.push(...checkPortNumber(port.containerPort, [...at, 'containerPort']))
    if (port.hostPort) {
      problems.push(...checkPortNumber(port.hostPort, [...at, 'hostPort']))
      if (hostNetwork && port.hostPort !== port.containerPort) {
        const reason = 'must match `containerPort` when `hostNetwork` is true'
        problems.push(invalid([...at, 'hostPort'], port.hostPort, reason))
      }
    }
  }
  return [...problems, ...checkRepeats(ports, [...path, 'ports'], port => port.name, 'name')]
}

function checkResources(container: Container, path: FieldPath): FieldProblem[] {
  const problems: FieldProblem[] = []
  const { limits, requests } = container.resources ?? {}
  for (const [name, request] of Object.entries(requests ?? {})) {
    const limit = limits?.[name]
    const [amount, most] = [parseQuantity(request), limit === undefined ? undefined : parseQuantity(limit)]
    const at = [...path, 'resources', 'requests']
    if (amount !== undefined && amount < 0n) problems.push(atLeastZero([...at, name], request))
    if (amount !== undefined && most !== undefined && amount > most) {
      problems.push(invalid(at, String(request), `must be less than or equal to ${name} limit of ${limit}`))
    }
  }
  return problems
}

type Probe = Immutable<NonNullable<Container['readinessProbe']>>

function checkProbe(probe: Probe | undefined | null, path: FieldPath, onlyOneSuccess: boolean): FieldProblem[] {
  if (probe === undefined || probe === null) return []
  const problems: FieldProblem[] = []
  const handlers = (['exec', 'httpGet', 'tcpSocket', 'grpc'] as const).filter(name => probe[name])
  if (handlers.length === 0) problems.push(required(path, 'must specify a handler type'))
  for (const name of handlers.slice(1)) {
    problems.push(forbidden([...path, name], 'may not specify more than 1 handler type'))
  }
  for (const name of ['httpGet', 'tcpSocket', 'grpc'] as const) {
    const port = probe[name]?.port
    if (port !== undefined) problems.push(...checkPortOrName(port, [...path, name, 'port']))
  }
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    const value = probe[name]
    if (typeof value === 'number' && value < 0) problems.push(atLeastZero([...path, name], value))
  }
  if (onlyOneSuccess && typeof probe.successThreshold === 'number' && probe.successThreshold > 1) {
    problems.push(invalid([...path, 'successThreshold'], probe.successThreshold, 'must be 1'))
  }
  return problems
}

const updateRule =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
  '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

/** `nodeName` may be set once: that is how a pod is bound. */
export function checkPodUpdate(spec: PodSpec, old: PodSpec): FieldProblem[] {
  const comparable = (of: PodSpec): unknown => ({
    ...of,
    containers: list(of.containers).map(container => ({ ...container, image: '' })),
    initContainers: list(of.initContainers).map(container => ({ ...container, image: '' })),
    ephemeralContainers: undefined,
    activeDeadlineSeconds: undefined,
    tolerations: undefined,
    schedulingGates: undefined,
    terminationGracePeriodSeconds: undefined,
    nodeName: old.nodeName ? of.nodeName : undefined,
  })
  const problems: FieldProblem[] = []
  const kept = list(old.tolerations).every(toleration =>
    list(spec.tolerations).some(other => sameJson(other, toleration)),
  )
  if (!kept)
    problems.push(
      forbidden(['spec', 'tolerations'], 'existing toleration can not be modified except its tolerationSeconds'),
    )
  if (!sameJson(comparable(spec), comparable(old))) problems.push(forbidden(['spec'], updateRule))
  return problems
}

function checkLabelName(name: string | undefined, path: FieldPath): FieldProblem[] {
  if (name === undefined || name === '') return [required(path)]
  const problem = typeof name === 'string' ? checkDns1123Label(name) : undefined
  return problem === undefined ? [] : [invalid(path, name, problem)]
}

function atLeastZero(path: FieldPath, value: unknown): FieldProblem {
  return invalid(path, value, 'must be greater than or equal to 0')
}

/** Absent, null and malformed lists are empty here; their type is the schema's to report. */
export function list<E>(value: readonly E[] | null | undefined): readonly E[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'object' && item !== null) : []
}
