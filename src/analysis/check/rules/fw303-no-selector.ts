// Is there a Service without a selector that nothing gives endpoints?
import { endpointSlices } from '../../../objects/kinds/endpoint-slice.ts'
import { endpoints } from '../../../objects/kinds/endpoints.ts'
import { type Service, services } from '../../../objects/kinds/service.ts'
import { keyOf } from '../../../objects/object.ts'
import { labelsText } from '../../../objects/selector-text.ts'
import { finding } from '../inventory.ts'
import type { Rule } from '../rule.ts'
import { workloadsOf } from '../workloads.ts'

const serviceLabel = 'kubernetes.io/service-name'

export const noSelector: Rule = {
  codes: ['FW303'],
  *check(input) {
    const served = new Set([
      ...input.of(endpoints).map(({ object }) => keyOf(object)),
      ...input
        .of(endpointSlices)
        .map(
          ({ object: { metadata } }) => `${metadata.namespace ?? 'default'}/${metadata.labels?.[serviceLabel] ?? ''}`,
        ),
    ])
    for (const entry of input.of<Service>(services)) {
      const { spec, metadata } = entry.object
      const key = keyOf(entry.object)
      if (Object.keys(spec?.selector ?? {}).length > 0 || spec?.type === 'ExternalName') continue
      // The API server writes the endpoints of its own Service.
      if (key === 'default/kubernetes' || served.has(key) || input.foreignNaming(metadata.name) !== undefined) continue
      const namesake = workloadsOf(input)
        .in(metadata.namespace ?? 'default')
        .find(({ entry: { object } }) => object.metadata.name === metadata.name)
      yield finding(entry, ['spec'], {
        code: 'FW303',
        severity: 'warning',
        message: `Service ${key} has no selector, and no EndpointSlice names it`,
        why: 'Kubernetes makes endpoints from the selector; without one, somebody else must write them, or every connection is refused.',
        fix:
          namesake === undefined
            ? `add a selector, or an EndpointSlice with the label ${serviceLabel}: ${metadata.name}`
            : `add selector: with the labels of ${namesake.owner}: ${labelsText(namesake.labels)}`,
      })
    }
  },
}
