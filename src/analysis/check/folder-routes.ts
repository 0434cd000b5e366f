// The routing table of every ingress class in the input, built by the function that NGINX's tables come from.
import { buildRoutingTable } from '../../network/routing/build-table.ts'
import { classNameOf } from '../../network/routing/select-class.ts'
import type { RoutingTable } from '../../network/routing.ts'
import type { KindRef } from '../../objects/kind.ts'
import { type ConfigMap, configMaps } from '../../objects/kinds/config-map.ts'
import { type Gateway, gateways } from '../../objects/kinds/gateway.ts'
import { type HTTPRoute, httpRoutes } from '../../objects/kinds/http-route.ts'
import { type Ingress, ingresses } from '../../objects/kinds/ingress.ts'
import { type IngressClass, ingressClasses } from '../../objects/kinds/ingress-class.ts'
import { type Namespace, namespaces } from '../../objects/kinds/namespace.ts'
import type { Secret } from '../../objects/kinds/secret.ts'
import { secrets } from '../../objects/kinds/secret.ts'
import type { KubeObject } from '../../objects/object.ts'
import { tuningConfigMap } from '../../site/expand/ingress.ts'
import { byKey, folderNetwork } from './folder-network.ts'
import type { Inventory } from './rule.ts'

export interface FolderTable {
  readonly table: RoutingTable
  /** Served by an NGINX that Fairway runs; of other controllers only what holds for all of them is known. */
  readonly isOurs: boolean
}

/** Stands for "whatever class the cluster takes by default" when the input holds no class at all. */
const someClass = 'some class'
const remembered = new WeakMap<Inventory, readonly FolderTable[]>()

export function folderRoutes(input: Inventory): readonly FolderTable[] {
  const known = remembered.get(input)
  if (known !== undefined) return known
  const built = build(input)
  remembered.set(input, built)
  return built
}

function build(input: Inventory): readonly FolderTable[] {
  const objects = <T extends KubeObject>(kind: KindRef) => input.of<T>(kind).map(({ object }) => object)
  const allIngresses = objects<Ingress>(ingresses)
  const allGateways = objects<Gateway>(gateways)
  const classes = withUnknownClasses(objects<IngressClass>(ingressClasses), { allIngresses, isWhole: input.isWhole })
  const ours = new Set(
    (input.site?.ingress ?? []).flatMap(({ proxy, className }) => (proxy === 'nginx' ? [className] : [])),
  )
  const models = new Map(folderNetwork(input).services.map(service => [service.key, service]))
  const labels = byKey<Namespace>(input, namespaces)
  const secretObjects = byKey<Secret>(input, secrets)
  const configMap = byKey<ConfigMap>(input, configMaps).get(`network/${tuningConfigMap}`)
  const controllers = new Map(classes.map(({ metadata, spec }) => [metadata.name, spec?.controller ?? '']))
  for (const { spec } of allGateways) {
    const name = spec?.gatewayClassName
    if (name !== undefined && !controllers.has(name)) controllers.set(name, '')
  }
  return [...controllers].map(([className, controller]) => ({
    isOurs: ours.has(className),
    table: buildRoutingTable({
      className,
      controller,
      ingressClasses: classes,
      ingresses: allIngresses,
      gateways: allGateways,
      httpRoutes: objects<HTTPRoute>(httpRoutes),
      namespaceLabels: name => labels.get(name)?.metadata.labels ?? {},
      service: key => models.get(key),
      certificate: (namespace, name) =>
        secretObjects.has(`${namespace}/${name}`) ? { kind: 'valid', names: [] } : { kind: 'missing' },
      ...(configMap === undefined || !ours.has(className) ? {} : { configMap }),
    }),
  }))
}

/** Classes that Ingresses name and nobody defines, so that their routes are looked at all the same. */
function withUnknownClasses(
  classes: readonly IngressClass[],
  { allIngresses, isWhole }: { readonly allIngresses: readonly Ingress[]; readonly isWhole: boolean },
): readonly IngressClass[] {
  const known = new Set(classes.map(({ metadata }) => metadata.name))
  const more = new Set<string>()
  let hasUnclassed = false
  for (const ingress of allIngresses) {
    const name = classNameOf(ingress, classes)
    if (name === undefined) hasUnclassed = true
    else if (!known.has(name)) more.add(name)
  }
  const named = [...more].sort().map(name => ingressClass(name, {}))
  const isDefaultUnknown = hasUnclassed && !isWhole && classes.length === 0
  return [...classes, ...named, ...(isDefaultUnknown ? [ingressClass(someClass, defaultAnnotation)] : [])]
}

const defaultAnnotation = { 'ingressclass.kubernetes.io/is-default-class': 'true' }

function ingressClass(name: string, annotations: Readonly<Record<string, string>>): IngressClass {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name, annotations },
    spec: { controller: `unknown/${name}` },
  }
}
