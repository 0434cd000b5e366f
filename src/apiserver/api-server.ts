// The embedded Kubernetes API: opens the store, serves the kinds, and answers every verb in-process or over HTTP.
import type { RequestListener } from 'node:http'
import type { KindDefinition, KindRef } from '../objects/kind.ts'
import { resourceName } from '../objects/kind.ts'
import { kinds as registryKinds } from '../objects/registry.ts'
import { admissions } from './admission/admissions.ts'
import { builtInCustomKinds, storeBuiltInDefinitions } from './crd/built-in-definitions.ts'
import { definitionAdmission, definitionsCollection, serveDefinitions } from './crd/definitions.ts'
import { type HandlerOptions, requestHandler } from './http/handler.ts'
import { type Listening, type ListenOptions, listen } from './http/listen.ts'
import { Metrics } from './http/metrics.ts'
import { type UpgradeListener, upgradeHandler } from './http/upgrade-handler.ts'
import type { PodStreams } from './pod-streams.ts'
import type { Admission, Api } from './rest/api.ts'
import { serveBuiltIn } from './rest/built-in-kinds.ts'
import { noSuchResource } from './rest/errors.ts'
import { Pages } from './rest/pages.ts'
import type { ServedKind, ServedKinds } from './rest/served-kinds.ts'
import { Store } from './store/store.ts'

export interface ApiServerOptions {
  /** A file, or `:memory:` to keep nothing. */
  readonly database: string
  /** ms since the epoch. */
  readonly now: () => number
  readonly randomUUID: () => string
  /** Where Service addresses come from, the preferred family first. */
  readonly serviceCidrs: readonly string[]
  /** What is served; the registry when absent. */
  readonly kinds?: readonly KindDefinition[]
  /** How many changes of each resource a watch can resume over. */
  readonly historySize?: number
}

export class ApiServer implements Api {
  readonly store: Store
  readonly kinds: ServedKinds
  readonly now: () => number
  readonly randomUUID: () => string
  readonly admission: ReadonlyMap<string, Admission>
  readonly pages: Pages
  readonly metrics = new Metrics()
  #podStreams: PodStreams | undefined

  private constructor(options: ApiServerOptions) {
    this.now = options.now
    this.randomUUID = options.randomUUID
    this.store = new Store(options)
    this.kinds = serveBuiltIn(options.kinds ?? registryKinds)
    this.pages = new Pages({ randomUUID: options.randomUUID })
    const builtIn = builtInCustomKinds(this.kinds)
    const builtInNames = new Set(builtIn.map(resourceName))
    this.admission = new Map([
      ...admissions({ store: this.store, serviceCidrs: options.serviceCidrs }),
      [definitionsCollection, definitionAdmission(() => this, builtInNames)],
    ])
    if (this.kinds.ofCollection(definitionsCollection).length > 0) {
      storeBuiltInDefinitions(this, builtIn)
      serveDefinitions(this, builtInNames)
    }
  }

  /** Who answers logs, exec, attach and port-forward; there may be none yet. */
  get podStreams(): PodStreams | undefined {
    return this.#podStreams
  }

  setPodStreams(streams: PodStreams): void {
    this.#podStreams = streams
  }

  /** HTTPS on a port, or on a socket that was opened elsewhere. */
  listen(options: ListenOptions): Promise<Listening> {
    return listen(this, options)
  }

  /** The same answers for any HTTP server; without TLS it is for that server to say who asks (`assume`). */
  requestHandler(options: HandlerOptions = {}): RequestListener {
    return requestHandler(this, options)
  }

  /** For the `upgrade` event of such a server. */
  upgradeHandler(options: HandlerOptions = {}): UpgradeListener {
    return upgradeHandler(this, options)
  }

  /** Opens the database, or takes up an existing one where the last process left it. */
  static open(options: ApiServerOptions): ApiServer {
    return new ApiServer(options)
  }

  /** Throws NotFound for a resource that is not served. */
  served(kind: Pick<KindRef, 'group' | 'version' | 'plural'>): ServedKind {
    const served = this.kinds.find(kind.group, kind.version, kind.plural)
    if (served === undefined) throw noSuchResource()
    return served
  }

  async close(): Promise<void> {
    this.store.close()
  }
}
