// Puts the rooms together: from a folder of YAML to machines, an API server, controllers, and packets that flow.
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chdir } from 'node:process'
import { ApiServer } from '../../apiserver/api-server.ts'
import { systemClock } from '../../client/clock.ts'
import { embeddedClient } from '../../client/embedded.ts'
import { startControlPlane } from '../../controllers/controllers.ts'
import { createInformers, type Problem } from '../../controllers/framework/context.ts'
import { heldBack } from '../../controllers/network/held-back.ts'
import { programNodes } from '../../controllers/network/program-nodes.ts'
import { startNetwork } from '../../controllers/network/start-network.ts'
import { serveControl } from '../../lab/daemon/control.ts'
import { enterEnclosure, runtimeDirectory } from '../../lab/daemon/enclosure.ts'
import type { StateDirectory } from '../../lab/daemon/state-directory.ts'
import { createPodStreams } from '../../lab/pods/pod-streams.ts'
import { startKubelets } from '../../lab/pods/start-kubelets.ts'
import { createPodAttacher } from '../../lab/topology/pod-attacher.ts'
import { detachPod } from '../../lab/topology/pods.ts'
import { startTopology } from '../../lab/topology/topology.ts'
import { formatCidr } from '../../net/cidr.ts'
import type { SiteFacts } from '../../network/resolve/cluster-objects.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { exit } from '../command.ts'
import type { DaemonReport, LabCalls, LabEvent, LabSettings, LabStatus } from '../lab-calls.ts'
import { startAgents } from './agents.ts'
import { startLoadBalancer } from './announcements.ts'
import { applyObjects } from './apply-objects.ts'
import { openCertificates } from './certificates.ts'
import { createSystemObjects } from './create-system-objects.ts'
import { doorOf } from './doors.ts'
import { applyAgain, judge, readFolder } from './folder.ts'
import { startIngress } from './ingress.ts'
import { createStatus } from './lab-status.ts'
import { log, logProblem } from './log.ts'
import { startNames } from './names.ts'
import { labRuntimes } from './runtimes.ts'
import { serveApi } from './serve-api.ts'
import { serviceAccountFiles } from './service-account-files.ts'
import { topologyPlan } from './topology-plan.ts'
import { createTracer } from './trace.ts'
import { untilQuiet } from './until-quiet.ts'
import { untilReady } from './until-ready.ts'
import { wantedObjects } from './wanted-objects.ts'

export interface LabOptions {
  readonly state: StateDirectory
  readonly settings: LabSettings
  readonly socket: { readonly fd: number; readonly port: number }
  readonly report: (report: DaemonReport) => void
}

export interface Lab {
  /** Resolves when somebody asks over the control socket. */
  readonly shutdown: Promise<{ readonly keepState: boolean }>
  status(): LabStatus
  /**
   * Puts the last writes on disk. Everything else of the lab is in namespaces that end with this process, and the kernel takes them
   * down faster and more surely than we could.
   */
  close(): Promise<void>
}

/** Why there is no lab, with the exit code of `up`. */
export interface NoLab {
  readonly exitCode: number
  readonly message: string
  /** Nothing of an earlier run is lost when the state goes. */
  readonly isFirstStart: boolean
}

/** A workload that is not ready after this long is named, and the lab counts as up without it. */
const readyWithinMs = 30_000
/** A node that is silent for this long is dead. Its lease is renewed several times in between. */
const nodeGraceMs = 1_000

export async function startLab(options: LabOptions): Promise<Lab | NoLab> {
  const { state, settings, report } = options
  const startedAt = Date.now()
  const step = (text: string) => {
    log(text)
    report({ kind: 'progress', text })
  }

  step('reading the folder')
  const input = judge(await readFolder(settings))
  report({ kind: 'diagnostics', diagnostics: input.diagnostics })
  const { site } = input
  if (site === undefined) {
    const isFirstStart = !existsSync(state.database)
    return { exitCode: exit.usage, message: 'the site cannot be built; its errors are above', isFirstStart }
  }
  enterEnclosure([state.path])
  chdir('/')

  await using stack = new AsyncDisposableStack()
  const ending = new AbortController()
  const now = () => Date.now() - ageMs
  /** Objects of the folder say they are as old as the site; whatever comes later is as old as it is. */
  let ageMs = 0
  const certificates = openCertificates(state, Date.now)
  const authorities = [certificates.web.certificatePem, certificates.cluster.certificatePem]

  step('building machines')
  const topology = stack.use(await startTopology(topologyPlan(site, { authorities, directory: runtimeDirectory })))

  step('starting the API server')
  const api = ApiServer.open({
    database: state.database,
    now,
    randomUUID,
    serviceCidrs: site.serviceCidrs.map(formatCidr),
  })
  stack.defer(() => api.close())
  const client = embeddedClient(api)
  ageMs = site.ageMs
  await createSystemObjects(client, site)
  const applying = { client, ledger: `${state.path}/applied.json` }
  const refused = await applyObjects(wantedObjects(input), applying)
  ageMs = 0
  report({ kind: 'diagnostics', diagnostics: refused })
  const served = stack.use(await serveApi({ api, site, state, topology, certificates, socket: options.socket }))

  step('starting names, ingress and load balancer')
  const onProblem = (problem: Problem) =>
    logProblem(problem.key === undefined ? problem.where : `${problem.where} ${problem.key}`, problem.error)
  const world = { client, clock: systemClock, random: Math.random, signal: ending.signal, onProblem }
  const informers = createInformers(world)
  const shared = { ...world, informers }
  stack.defer(() => ending.abort())
  const facts: SiteFacts = {
    podCidrs: site.podCidrs,
    serviceCidrs: site.serviceCidrs,
    lanCidrs: site.lan.cidrs,
    hosts: [
      { name: 'router', kind: 'gateway', addresses: site.lan.gateways },
      ...site.lan.hosts.map(host => ({ ...host, kind: 'host' as const })),
    ],
  }
  const network = startNetwork(client, {
    ...shared,
    site: facts,
  })
  await network.synced
  const flood = Promise.withResolvers<void>()
  const calm = heldBack(network, flood.promise)
  const programs = stack.use(
    programNodes(calm, { namespaceOf: node => topology.machines.get(node)?.namespace, onProblem }),
  )

  const names = stack.use(
    await startNames({ site, topology, network: calm, informers, certificates, signal: ending.signal }),
  )
  const ingress = stack.use(startIngress({ world: shared, network: calm, certificates }))

  const balancer = stack.use(startLoadBalancer({ world: shared, facts, network, topology }))

  stack.use(await startAgents({ site, topology, network }))

  step('starting nodes')
  const kubelets = stack.use(
    await startKubelets({
      client,
      nodes: site.nodes.flatMap(({ name, podCidrs }) => {
        const machine = topology.machines.get(name)
        return machine === undefined ? [] : [{ machine, podCidrs }]
      }),
      sandboxes: { attach: createPodAttacher(), detach: detachPod },
      runtimes: labRuntimes({ site, topology, names, ingress, certificates }),
      dns: {
        clusterDns: site.dns.addresses,
        clusterDomain: site.dns.zone,
        nodeNameservers: site.lan.gateways,
        nodeSearch: [site.domain],
      },
      directory: `${runtimeDirectory}/pods`,
      versions: { kubernetesVersion: 'v1.34.0', fairwayVersion: '0.1.0' },
      serviceAccount: (namespace, name) => serviceAccountFiles(api, { namespace, name, certificates }),
      report: logProblem,
    }),
  )
  api.setPodStreams(createPodStreams(kubelets))

  // Only now: a pod that is made before there is a node for it would be refused, with an Event, and tried again.
  step('starting controllers')
  const controllers = startControlPlane({
    ...shared,
    graceMs: nodeGraceMs,
    rootCertificate: certificates.cluster.certificatePem,
  })
  await Promise.all(controllers.map(controller => controller.synced))

  const status = createStatus({
    settings,
    state,
    site,
    topology,
    informers,
    server: served.url,
    startedAt,
    diagnostics: () => [...input.diagnostics, ...refused],
  })
  const tracer = createTracer({ site, input, topology, network, informers, ingress, kubelets, certificates })
  const shutdown = Promise.withResolvers<{ keepState: boolean }>()
  const control = stack.use(
    await serveControl<LabCalls, LabEvent>(state.controlSocket, {
      status: async () => status.read(),
      door: async ({ machine }) => doorOf(machine, { topology, informers }),
      apply: ({ files }) => {
        const next = judge(files)
        tracer.reread(next)
        return applyAgain(next, { site, applying })
      },
      trace: question => tracer.answer(question),
      shutdown: async ({ keepState }) => {
        shutdown.resolve({ keepState })
        return null
      },
    }),
  )
  void control
  await names.ready
  // Whichever comes first: a lab with a pod that never gets ready must not wait for its packets.
  void untilQuiet({ pods: informers.of<Pod>(pods), status }).then(flood.resolve)
  await untilReady({
    status,
    release: flood.resolve,
    followers: [balancer, programs, names, ingress.runtime],
    report: step,
    withinMs: readyWithinMs,
  })
  status.isUp(Date.now())

  const kept = stack.move()
  return {
    shutdown: shutdown.promise,
    status: () => status.read(),
    async close() {
      ending.abort()
      await api.close()
      // Never disposed of: see above. Holding it keeps what it owns from being collected.
      void kept
    },
  }
}
