// Furnishes each Namespace, and empties one that is being deleted before it goes.
import { isApiError } from '../../objects/api-error.ts'
import { resourceName } from '../../objects/kind.ts'
import { type ConfigMap, configMaps } from '../../objects/kinds/config-map.ts'
import { type Namespace, namespaces } from '../../objects/kinds/namespace.ts'
import { type ServiceAccount, serviceAccounts } from '../../objects/kinds/service-account.ts'
import type { KubeObject } from '../../objects/object.ts'
import { type ControllerOptions, withInformers } from '../framework/context.ts'
import { type Controller, runController } from '../framework/controller.ts'
import { watchResourceKinds } from '../framework/resource-kinds.ts'
import { createWriter, isTerminating } from '../framework/writer.ts'
import { describeRemainder } from './plan-namespace-removal.ts'

export interface NamespacesOptions extends ControllerOptions {
  /** PEM of the API server's certificate authority, for the ConfigMap kube-root-ca.crt in every namespace. */
  readonly rootCertificate: string
}

const defaultAccount = 'default'
const rootCertificateMap = 'kube-root-ca.crt'
/** While something holds content back (a finalizer, a pod that takes its time), look again after so long. */
const recheckMs = 100
/** These go by themselves with what they are about, and are no reason to wait. */
const goesLast = new Set(['events', 'events.events.k8s.io'])

export function startNamespaces(options: NamespacesOptions): Controller {
  const world = withInformers(options)
  const { client, clock } = world
  const all = world.informers.of<Namespace>(namespaces)
  const accounts = world.informers.of<ServiceAccount>(serviceAccounts)
  const maps = world.informers.of<ConfigMap>(configMaps)
  const kinds = watchResourceKinds(world.informers)
  const writer = createWriter(world)

  async function reconcile(name: string) {
    const namespace = all.items.get(name)
    if (namespace === undefined) return
    if (!isTerminating(namespace)) return furnish(name)
    return empty(namespace)
  }

  async function furnish(namespace: string): Promise<void> {
    const wantedMap: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: rootCertificateMap,
        namespace,
        annotations: {
          'kubernetes.io/description':
            'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
        },
      },
      data: { 'ca.crt': options.rootCertificate },
    }
    const account = { name: defaultAccount, namespace }
    try {
      if (!accounts.items.has(`${namespace}/${defaultAccount}`)) {
        await writer.create<ServiceAccount>(serviceAccounts, {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: account,
        })
      }
      const held = maps.items.get(`${namespace}/${rootCertificateMap}`)
      if (held === undefined) await writer.create(configMaps, wantedMap)
      else await writer.change(configMaps, held, { ...held, data: wantedMap.data ?? {} })
    } catch (error) {
      // Made by another hand in the meantime, or the namespace is going: both bring an event of their own.
      if (!isApiError(error, 'AlreadyExists') && !isApiError(error, 'Forbidden')) throw error
    }
  }

  async function empty(namespace: Namespace) {
    const { name } = namespace.metadata
    const counts = new Map<string, number>()
    const finalizers = new Map<string, number>()
    for (const kind of kinds.current()) {
      if (!kind.namespaced) continue
      const left = await removeAll(kind, name)
      if (left.length === 0 || goesLast.has(resourceName(kind))) continue
      counts.set(resourceName(kind), left.length)
      for (const finalizer of left.flatMap(object => object.metadata.finalizers ?? [])) {
        finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1)
      }
    }
    const held = namespace.status?.conditions ?? []
    if (counts.size > 0) {
      const conditions = describeRemainder(held, { counts, finalizers }, clock.now())
      await writer.changeStatus(namespaces, namespace, { ...namespace.status, conditions })
      return { againInMs: recheckMs }
    }
    const rest = namespace.spec?.finalizers?.filter(finalizer => finalizer !== 'kubernetes') ?? []
    if (rest.length === (namespace.spec?.finalizers ?? []).length) return
    const current = all.items.get(name) ?? namespace
    const finalized: Namespace = { ...current, spec: { ...current.spec, finalizers: rest } }
    try {
      await client.update(namespaces, finalized, { subresource: 'finalize' })
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error
    }
  }

  /** Asks for the deletion of everything of the kind; returns what is still there afterwards. */
  async function removeAll(kind: Parameters<typeof client.list>[0], namespace: string): Promise<readonly KubeObject[]> {
    const { items } = await client.list(kind, { namespace })
    if (items.length === 0) return items
    await Promise.all(
      items
        .filter(object => !isTerminating(object))
        .map(object => writer.remove(kind, object, { propagation: 'Background' })),
    )
    return (await client.list(kind, { namespace })).items
  }

  return runController(world, {
    name: 'namespace',
    needs: [all, accounts, maps, kinds.definitions],
    reconcile,
    subscribe: queue => [
      all.onChange(({ key }) => queue.add(key)),
      accounts.onChange(({ before, after }) => {
        if (after === undefined && before?.metadata.name === defaultAccount) queue.add(before.metadata.namespace ?? '')
      }),
      maps.onChange(({ before, after }) => {
        if (before?.metadata.name === rootCertificateMap && after !== before) queue.add(before.metadata.namespace ?? '')
      }),
    ],
  })
}
