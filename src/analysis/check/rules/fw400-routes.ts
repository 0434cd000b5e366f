// What would an ingress proxy have to leave out or answer with an error? Asked of the very tables that NGINX gets.
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts'
import { resolve } from '../../../network/resolve/resolve.ts'
import { buildRoutingTable } from '../../../network/routing/build-table.ts'
import type { KindRef } from '../../../objects/kind.ts'
import { type ConfigMap, configMaps } from '../../../objects/kinds/config-map.ts'
import { type Gateway, gateways } from '../../../objects/kinds/gateway.ts'
import { type HTTPRoute, httpRoutes } from '../../../objects/kinds/http-route.ts'
import { type Ingress, ingresses } from '../../../objects/kinds/ingress.ts'
import { type IngressClass, ingressClasses } from '../../../objects/kinds/ingress-class.ts'
import { type Namespace, namespaces } from '../../../objects/kinds/namespace.ts'
import { type Secret, secrets } from '../../../objects/kinds/secret.ts'
import { type Service, services } from '../../../objects/kinds/service.ts'
import { describeObject, type KubeObject, keyOf } from '../../../objects/object.ts'
import { tuningConfigMap } from '../../../site/expand/ingress.ts'
import { parseField } from '../parse-field.ts'
import type { Entry, Inventory, Rule } from '../rule.ts'

/** True only of a running cluster: a folder holds no endpoints, and its Secrets may be made by others. */
const needsCluster = new Set<Diagnostic['code']>(['FW404', 'FW420', 'FW421', 'FW422'])

const kindsWithPlaces: readonly KindRef[] = [ingresses, httpRoutes, gateways, configMaps]

export const routes: Rule = {
  code: 'FW401',
  title: 'A route that a proxy cannot serve as it is written',
  *check(input) {
    const entries = new Map(
      kindsWithPlaces.flatMap(kind => input.of(kind).map(entry => [describeObject(entry.object), entry])),
    )
    const seen = new Set<string>()
    for (const found of tablesOf(input)) {
      const id = `${found.code} ${found.message}`
      if (needsCluster.has(found.code) || seen.has(id)) continue
      seen.add(id)
      yield withPlace(found, entries.get(found.object ?? ''))
    }
  },
}

function tablesOf(input: Inventory): readonly Diagnostic[] {
  const objects = <T extends KubeObject>(kind: KindRef) => input.of<T>(kind).map(entry => entry.object)
  const byKey = <T extends KubeObject>(kind: KindRef) =>
    new Map(objects<T>(kind).map(object => [keyOf(object), object]))
  const classes = objects<IngressClass>(ingressClasses)
  const models = resolve({
    site: { podCidrs: [], serviceCidrs: [], lanCidrs: [], hosts: [] },
    namespaces: byKey<Namespace>(namespaces),
    nodes: new Map(),
    pods: new Map(),
    services: byKey<Service>(services),
    endpointSlices: new Map(),
    announcementPolicies: new Map(),
  })
  const serviceModels = new Map(models.services.map(service => [service.key, service]))
  const labels = byKey<Namespace>(namespaces)
  const configMap = byKey<ConfigMap>(configMaps).get(`network/${tuningConfigMap}`)
  const secretObjects = byKey<Secret>(secrets)
  const served = (input.site?.ingress ?? []).filter(ingress => ingress.proxy === 'nginx')
  return served.flatMap(
    ({ className, controller }) =>
      buildRoutingTable({
        className,
        controller,
        ingressClasses: classes,
        ingresses: objects<Ingress>(ingresses),
        gateways: objects<Gateway>(gateways),
        httpRoutes: objects<HTTPRoute>(httpRoutes),
        namespaceLabels: name => labels.get(name)?.metadata.labels ?? {},
        service: key => serviceModels.get(key),
        certificate: (namespace, name) =>
          secretObjects.has(`${namespace}/${name}`) ? { kind: 'valid', names: [] } : { kind: 'missing' },
        ...(configMap === undefined ? {} : { configMap }),
      }).diagnostics,
  )
}

function withPlace(found: Diagnostic, entry: Entry | undefined): Diagnostic {
  if (entry?.positionOf === undefined) return found
  return { ...found, position: entry.positionOf(parseField(found.field ?? '')) }
}
