// Keeps EndpointSlices for Endpoints that users write themselves: only slices are read where traffic goes.
import { isApiError } from '../../objects/api-error.ts'
import { generateName } from '../../objects/generated-name.ts'
import { type EndpointSlice, endpointSlices } from '../../objects/kinds/endpoint-slice.ts'
import { type Endpoints, endpoints } from '../../objects/kinds/endpoints.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import { type ControllerOptions, withInformers } from '../framework/context.ts'
import { type Controller, runController } from '../framework/controller.ts'
import { createWriter, isTerminating } from '../framework/writer.ts'
import { isMirrored, mirroredBy, planMirror } from './plan-mirror.ts'
import { managedByLabel, type SlicePlan, serviceNameLabel } from './plan-slices.ts'

export function startEndpointsMirror(options: ControllerOptions): Controller {
  const world = withInformers(options)
  const all = world.informers.of<Endpoints>(endpoints)
  const allServices = world.informers.of<Service>(services)
  const allSlices = world.informers.of<EndpointSlice>(endpointSlices)
  const slicesByKey = allSlices.indexBy(slice => keyOfMirror(slice) ?? [])
  const writer = createWriter(world)

  async function reconcile(key: string): Promise<void> {
    const held = [...slicesByKey(key)].filter(slice => !isTerminating(slice) && !writer.isBeingRemoved(slice))
    const source = all.items.get(key)
    const plan: SlicePlan =
      source !== undefined && isMirrored(source, allServices.items.get(key))
        ? planMirror(source, held)
        : { create: [], update: [], remove: held }
    await Promise.all([
      ...plan.update.map(({ before, after }) => writer.change(endpointSlices, before, after)),
      ...plan.create.map(slice => create(slice)),
    ])
    await Promise.all(plan.remove.map(slice => writer.remove(endpointSlices, slice)))
  }

  async function create(slice: EndpointSlice): Promise<void> {
    const name = generateName(slice.metadata.generateName ?? '', world.random)
    try {
      await writer.create(endpointSlices, { ...slice, metadata: { ...slice.metadata, name } })
    } catch (error) {
      // The namespace is on its way out, and all of this with it.
      if (!isApiError(error, 'Forbidden')) throw error
    }
  }

  return runController(world, {
    name: 'endpoints-mirror',
    needs: [all, allServices, allSlices],
    reconcile,
    subscribe: queue => [
      all.onChange(({ key }) => queue.add(key)),
      allServices.onChange(({ key }) => queue.add(key)),
      // A mirror that somebody else changed or removed is put right again.
      allSlices.onChange(({ before, after }) => {
        for (const slice of [before, after]) for (const key of (slice && keyOfMirror(slice)) ?? []) queue.add(key)
      }),
    ],
  })
}

/** The key of the Endpoints that the slice repeats. */
function keyOfMirror({ metadata }: EndpointSlice): readonly string[] | undefined {
  const name = metadata.labels?.[serviceNameLabel]
  return name !== undefined && metadata.labels?.[managedByLabel] === mirroredBy
    ? [`${metadata.namespace}/${name}`]
    : undefined
}
