// What does the API server fill into a pod's spec? Follows SetDefaults_PodSpec and its neighbours in pkg/apis/core/v1.
import type { IContainer } from 'kubernetes-models/v1/Container'
import type { ILifecycleHandler } from 'kubernetes-models/v1/LifecycleHandler'
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import type { IPodTemplateSpec } from 'kubernetes-models/v1/PodTemplateSpec'
import type { IProbe } from 'kubernetes-models/v1/Probe'
import type { IVolume } from 'kubernetes-models/v1/Volume'
import { change, each, fill } from '../fill.ts'
import type { Immutable } from '../object.ts'

export type PodSpec = Immutable<IPodSpec>
export type PodTemplate = Immutable<IPodTemplateSpec>
export type Container = Immutable<IContainer>
type Volume = Immutable<IVolume>
type Probe = Immutable<IProbe>
type Handler = Immutable<ILifecycleHandler>

/** 0644, as the decimal number that JSON has. */
const fileMode = 420
const tokenLifetimeSeconds = 3600

/** For a pod and for the templates that make pods. */
export function defaultPodSpec(spec: PodSpec): PodSpec {
  let result = fill(spec, {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
  })
  result = change(result, 'containers', each(defaultContainer))
  result = change(result, 'initContainers', each(defaultContainer))
  result = change(
    result,
    'ephemeralContainers',
    each(container => defaultContainer(container as Container) as typeof container),
  )
  return change(result, 'volumes', each(defaultVolume))
}

export function defaultPodTemplate(template: PodTemplate): PodTemplate {
  return change(template, 'spec', defaultPodSpec)
}

/** What only a pod itself gets, templates not: host ports of host-network pods, requests from limits, admission's fields. */
export function defaultPodOnly(spec: PodSpec): PodSpec {
  const withPorts = spec.hostNetwork === true ? each(exposeOnHost) : (same: readonly Container[]) => same
  let result = change(spec, 'containers', containers => withPorts(each(requestLimits)(containers)))
  result = change(result, 'initContainers', containers => withPorts(each(requestLimits)(containers)))
  const account = result.serviceAccountName ?? result.serviceAccount ?? 'default'
  result = fill(result, {
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
    serviceAccount: account,
    serviceAccountName: account,
  })
  return withNodeTolerations(result)
}

export function defaultContainer(container: Container): Container {
  let result = fill(container, {
    imagePullPolicy: isLatest(container.image ?? '') ? 'Always' : 'IfNotPresent',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  })
  result = change(
    result,
    'ports',
    each(port => fill(port, { protocol: 'TCP' })),
  )
  result = change(result, 'livenessProbe', defaultProbe)
  result = change(result, 'readinessProbe', defaultProbe)
  result = change(result, 'startupProbe', defaultProbe)
  result = change(result, 'lifecycle', lifecycle =>
    change(change(lifecycle, 'postStart', defaultHandler), 'preStop', defaultHandler),
  )
  return change(
    result,
    'env',
    each(variable =>
      change(variable, 'valueFrom', source => change(source, 'fieldRef', ref => fill(ref, { apiVersion: 'v1' }))),
    ),
  )
}

function defaultProbe(probe: Probe): Probe {
  const timed = fill(probe, { failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 })
  const checked = change(timed, 'httpGet', get => fill(get, { path: '/', scheme: 'HTTP' }))
  return change(checked, 'grpc', call => fill(call, { service: '' }))
}

function defaultHandler(handler: Handler): Handler {
  return change(handler, 'httpGet', get => fill(get, { path: '/', scheme: 'HTTP' }))
}

function defaultVolume(volume: Volume): Volume {
  const hasSource = Object.keys(volume).some(key => key !== 'name')
  let result = hasSource ? volume : { ...volume, emptyDir: {} }
  result = change(result, 'secret', source => fill(source, { defaultMode: fileMode }))
  result = change(result, 'configMap', source => fill(source, { defaultMode: fileMode }))
  result = change(result, 'hostPath', source => fill(source, { type: '' }))
  result = change(result, 'downwardAPI', source =>
    change(fill(source, { defaultMode: fileMode }), 'items', each(defaultDownwardItem)),
  )
  return change(result, 'projected', source =>
    change(
      fill(source, { defaultMode: fileMode }),
      'sources',
      each(part => {
        const withToken = change(part, 'serviceAccountToken', token =>
          fill(token, { expirationSeconds: tokenLifetimeSeconds }),
        )
        return change(withToken, 'downwardAPI', api => change(api, 'items', each(defaultDownwardItem)))
      }),
    ),
  )
}

function defaultDownwardItem<T extends { readonly fieldRef?: { readonly apiVersion?: string } }>(item: T): T {
  const ref = item.fieldRef
  return ref === undefined || ref.apiVersion !== undefined ? item : { ...item, fieldRef: { ...ref, apiVersion: 'v1' } }
}

/** An image without tag and digest means `latest`, which is always pulled. */
function isLatest(image: string): boolean {
  if (image.includes('@')) return false
  const name = image.slice(image.lastIndexOf('/') + 1)
  const colon = name.indexOf(':')
  return colon < 0 || name.slice(colon + 1) === 'latest'
}

function exposeOnHost(container: Container): Container {
  return change(
    container,
    'ports',
    each(port => (port.hostPort ? port : { ...port, hostPort: port.containerPort })),
  )
}

function requestLimits(container: Container): Container {
  return change(container, 'resources', resources => {
    const { limits } = resources
    return limits === undefined || limits === null ? resources : withRequests(resources, limits)
  })
}

type Resources = NonNullable<Container['resources']>

function withRequests(resources: Resources, limits: NonNullable<Resources['limits']>): Resources {
  const requests = fill(resources.requests ?? {}, limits)
  return requests === resources.requests ? resources : { ...resources, requests }
}

/** The DefaultTolerationSeconds admission plug-in: a pod stays five minutes on a node that is away. */
function withNodeTolerations(spec: PodSpec): PodSpec {
  const tolerations = spec.tolerations ?? []
  const added = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
    .filter(
      key =>
        !tolerations.some(({ key: own, effect }) => (own ?? key) === key && (effect ?? 'NoExecute') === 'NoExecute'),
    )
    .map(key => ({ effect: 'NoExecute' as const, key, operator: 'Exists' as const, tolerationSeconds: 300 }))
  return added.length === 0 ? spec : { ...spec, tolerations: [...tolerations, ...added] }
}
