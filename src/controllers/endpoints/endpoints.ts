// Keeps EndpointSlices and Endpoints telling who stands behind each Service with a selector.
import { isApiError } from '../../objects/api-error.ts'
import { generateName } from '../../objects/generated-name.ts'
import { type EndpointSlice, endpointSlices } from '../../objects/kinds/endpoint-slice.ts'
import { type Endpoints, endpoints } from '../../objects/kinds/endpoints.ts'
import { type Node, nodes } from '../../objects/kinds/node.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import { keyOf } from '../../objects/object.ts'
import { sameJson } from '../../objects/same.ts'
import { type ControllerOptions, withInformers } from '../framework/context.ts'
import { type Controller, forManyPods, runController } from '../framework/controller.ts'
import { createWriter, isTerminating } from '../framework/writer.ts'
import { planEndpoints } from './plan-endpoints.ts'
import { managedBy, managedByLabel, planSlices, serviceNameLabel } from './plan-slices.ts'
import { createSelection } from './selection.ts'

export function startEndpoints(options: ControllerOptions): Controller {
  const world = withInformers(options)
  const allServices = world.informers.of<Service>(services)
  const allPods = world.informers.of<Pod>(pods)
  const allNodes = world.informers.of<Node>(nodes)
  const allSlices = world.informers.of<EndpointSlice>(endpointSlices)
  const allEndpoints = world.informers.of<Endpoints>(endpoints)
  const selection = createSelection(allServices, allPods)
  const slicesByService = allSlices.indexBy(slice => {
    const name = slice.metadata.labels?.[serviceNameLabel]
    return name !== undefined && isOurs(slice) ? [`${slice.metadata.namespace}/${name}`] : []
  })
  const writer = createWriter(world)

  async function reconcile(key: string): Promise<void> {
    const service = allServices.items.get(key)
    const slices = [...slicesByService(key)].filter(slice => !isTerminating(slice) && !writer.isBeingRemoved(slice))
    if (service === undefined || isTerminating(service)) {
      await clearAway(key, slices)
      return
    }
    if (Object.keys(service.spec?.selector ?? {}).length === 0 || service.spec?.type === 'ExternalName') return
    const selected = [...selection.podsOf(service)]
    const plan = planSlices(service, { pods: selected, slices, nodeOf: name => allNodes.items.get(name) })
    // Who is there first, who is gone last: no moment without an endpoint that could answer.
    await Promise.all([
      ...plan.update.map(({ before, after }) => writer.change(endpointSlices, before, after)),
      ...plan.create.map(slice => createNamed(slice)),
    ])
    await Promise.all(plan.remove.map(slice => writer.remove(endpointSlices, slice)))
    const held = allEndpoints.items.get(key)
    const wanted = planEndpoints(service, selected, held)
    if (held === undefined) await writer.create(endpoints, wanted)
    else if (wanted !== held) await writer.change(endpoints, held, wanted)
  }

  async function createNamed(slice: EndpointSlice): Promise<void> {
    const name = generateName(slice.metadata.generateName ?? '', world.random)
    try {
      await writer.create(endpointSlices, { ...slice, metadata: { ...slice.metadata, name } })
    } catch (error) {
      // The namespace is on its way out, and the Service with it.
      if (!isApiError(error, 'Forbidden')) throw error
    }
  }

  /** The garbage collector would do it too, but traffic should not wait for it. */
  async function clearAway(key: string, slices: readonly EndpointSlice[]): Promise<void> {
    await Promise.all(slices.map(slice => writer.remove(endpointSlices, slice)))
    const held = allEndpoints.items.get(key)
    if (held?.metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') {
      await writer.remove(endpoints, held)
    }
  }

  return runController(world, {
    name: 'endpoints',
    hold: forManyPods,
    needs: [allServices, allPods, allNodes, allSlices, allEndpoints],
    reconcile,
    subscribe: queue => [
      allServices.onChange(({ key }) => queue.add(key)),
      allPods.onChange(({ before, after }) => {
        if (before !== undefined && after !== undefined && isSameToServices(before, after)) return
        for (const pod of [before, after]) {
          if (pod === undefined) continue
          for (const service of selection.servicesOf(pod)) queue.add(keyOf(service))
        }
      }),
      // A slice or Endpoints that someone else changed or removed is put right again.
      allSlices.onChange(({ before, after }) => {
        const slice = after ?? before
        const name = slice?.metadata.labels?.[serviceNameLabel]
        if (slice !== undefined && name !== undefined && isOurs(slice)) queue.add(`${slice.metadata.namespace}/${name}`)
      }),
      allEndpoints.onChange(({ key, before }) => {
        if (before !== undefined && allServices.items.has(key)) queue.add(key)
      }),
      // The zone of an endpoint is its node's.
      allNodes.onChange(({ before, after }) => {
        const zone = 'topology.kubernetes.io/zone'
        if (before?.metadata.labels?.[zone] === after?.metadata.labels?.[zone]) return
        for (const key of allServices.items.keys()) queue.add(key)
      }),
    ],
  })
}

function isOurs(slice: EndpointSlice): boolean {
  return slice.metadata.labels?.[managedByLabel] === managedBy
}

/** Most changes of a pod (restart counts, container states) are nothing to those who call it. */
function isSameToServices(before: Pod, after: Pod): boolean {
  return (
    before.metadata.uid === after.metadata.uid &&
    before.spec?.nodeName === after.spec?.nodeName &&
    before.status?.phase === after.status?.phase &&
    before.metadata.deletionTimestamp === after.metadata.deletionTimestamp &&
    readyStatus(before) === readyStatus(after) &&
    sameJson(before.status?.podIPs, after.status?.podIPs) &&
    sameJson(before.metadata.labels, after.metadata.labels)
  )
}

function readyStatus(pod: Pod): string | undefined {
  return pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status
}
