// Tells the users of an ingress class, in status and Events, what became of their Ingresses, Gateways and HTTPRoutes.
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { KindRef } from '../../objects/kind.ts'
import { type Gateway, gateways } from '../../objects/kinds/gateway.ts'
import { type HTTPRoute, httpRoutes } from '../../objects/kinds/http-route.ts'
import { type Ingress, ingresses } from '../../objects/kinds/ingress.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import { describeObject, type KubeObject } from '../../objects/object.ts'
import { formatTime } from '../../objects/time.ts'
import type { ControllerOptions, Informers } from '../framework/context.ts'
import { type Controller, runController } from '../framework/controller.ts'
import { createEventRecorder } from '../framework/events.ts'
import { createWriter } from '../framework/writer.ts'
import type { IngressTables, ServedClass } from './ingress-tables.ts'
import { gatewayStatus, ingressStatus, routeStatus } from './plan-status.ts'

export interface IngressStatusOptions extends ControllerOptions {
  readonly informers: Informers
  readonly tables: IngressTables
}

/** One word for `kubectl describe`. What is not listed is no Event: a Service without endpoints is normal in a roll-out. */
const reasons: Readonly<Record<string, string>> = {
  FW401: 'DuplicatePath',
  FW402: 'ServiceNotFound',
  FW403: 'ServicePortNotFound',
  FW405: 'InvalidHost',
  FW406: 'InvalidValue',
  FW407: 'UnsupportedBackend',
  FW410: 'AnnotationNotHonoured',
  FW411: 'FailedClosed',
  FW412: 'SnippetRefused',
  FW413: 'InvalidAnnotation',
  FW420: 'SecretNotFound',
  FW421: 'InvalidCertificate',
  FW422: 'CertificateDoesNotCover',
  FW430: 'ListenerNotAccepted',
  FW431: 'ParentRefused',
  FW432: 'UnsupportedValue',
  FW433: 'UnresolvedReference',
  FW440: 'RefusedByNginx',
  FW901: 'AliasedSetting',
  FW902: 'UnknownSetting',
  FW903: 'InvalidSetting',
  FW904: 'SettingNotHonoured',
}

export function startIngressStatus(options: IngressStatusOptions): Controller {
  const { informers, tables, clock } = options
  const ingressObjects = informers.of<Ingress>(ingresses)
  const gatewayObjects = informers.of<Gateway>(gateways)
  const routeObjects = informers.of<HTTPRoute>(httpRoutes)
  const serviceObjects = informers.of<Service>(services)
  const writer = createWriter(options)
  const recorder = createEventRecorder(options, 'ingress-nginx')
  const told = new Set<string>()

  /** The addresses of the Service that leads to the class's proxies. */
  function addressesOf({ identity }: ServedClass) {
    const service =
      identity.publishService === undefined ? undefined : serviceObjects.items.get(identity.publishService)
    return service?.status?.loadBalancer?.ingress ?? []
  }

  async function reconcile(key: string): Promise<void> {
    const served = [...tables.served().values()]
    const name = key.slice(key.indexOf(' ') + 1)
    if (key.startsWith('ingress ')) {
      const owner = served.find(({ table }) => table.ingresses.includes(name))
      const ingress = ingressObjects.items.get(name)
      if (owner === undefined || ingress === undefined) return
      await writer.changeStatus(ingresses, ingress, ingressStatus(ingress, addressesOf(owner)))
    } else if (key.startsWith('gateway ')) {
      const owner = served.find(({ table }) => table.gateways.some(report => report.gateway === name))
      const gateway = gatewayObjects.items.get(name)
      if (owner === undefined || gateway === undefined) return
      const now = formatTime(clock.now())
      await writer.changeStatus(
        gateways,
        gateway,
        gatewayStatus(gateway, { owner, addresses: addressesOf(owner), now }),
      )
    } else {
      const route = routeObjects.items.get(name)
      if (route === undefined) return
      const now = formatTime(clock.now())
      await writer.changeStatus(httpRoutes, route, routeStatus(route, { served, now }))
    }
  }

  /** Each finding is told once for as long as it lasts. */
  function tellFindings(): void {
    const current = new Set<string>()
    for (const { diagnostics } of tables.served().values()) {
      for (const diagnostic of diagnostics) {
        const id = `${diagnostic.code} ${diagnostic.message}`
        current.add(id)
        if (!told.has(id)) tell(diagnostic)
      }
    }
    told.clear()
    for (const id of current) told.add(id)
  }

  function tell(diagnostic: Diagnostic): void {
    const reason = reasons[diagnostic.code]
    const about = objectOf(diagnostic.object)
    if (reason === undefined || about === undefined) return
    const message = [diagnostic.message.replace(`${diagnostic.object}: `, ''), diagnostic.why, diagnostic.fix]
      .filter(text => text !== undefined)
      .join('. ')
    recorder.record(about.kind, about.object, {
      type: 'Warning',
      reason,
      message: message.replaceAll('..', '.').slice(0, 1024),
    })
  }

  function objectOf(
    description: string | undefined,
  ): { readonly kind: KindRef; readonly object: KubeObject } | undefined {
    const [kind, ...rest] = (description ?? '').split('/')
    const key = rest.join('/')
    const found =
      kind === 'Ingress' ? { kind: ingresses, object: ingressObjects.items.get(key) }
      : kind === 'HTTPRoute' ? { kind: httpRoutes, object: routeObjects.items.get(key) }
      : kind === 'Gateway' ? { kind: gateways, object: gatewayObjects.items.get(key) }
      : undefined // biome-ignore format: a table
    if (found?.object === undefined || describeObject(found.object) !== description) return undefined
    return { kind: found.kind, object: found.object }
  }

  return runController(options, {
    name: 'ingress-status',
    needs: [tables, ingressObjects, gatewayObjects, routeObjects, serviceObjects],
    reconcile,
    subscribe: queue => {
      const addAll = (): void => {
        for (const { table } of tables.served().values()) {
          for (const key of table.ingresses) queue.add(`ingress ${key}`)
          for (const { gateway } of table.gateways) queue.add(`gateway ${gateway}`)
          for (const { route } of table.routeParents) queue.add(`route ${route}`)
        }
      }
      return [
        tables.onChange(() => {
          addAll()
          tellFindings()
        }),
        serviceObjects.onChange(({ key }) => {
          if ([...tables.served().values()].some(({ identity }) => identity.publishService === key)) addAll()
        }),
        ingressObjects.onChange(({ key, after }) => {
          if (after !== undefined) queue.add(`ingress ${key}`)
        }),
      ]
    },
  })
}
