// What Prometheus reads from an ingress proxy: the metrics of ingress-nginx that tell of the process and its configuration.
import type { InstanceState } from './instance.ts'
import type { StubStatus } from './probe.ts'
import type { ProcessUsage } from './process-usage.ts'
import type { NginxVersion } from './version.ts'

export interface MetricsInput {
  readonly pod: string
  readonly namespace: string
  /** As IngressClasses name it: `k8s.io/external`. */
  readonly controllerClass: string
  readonly version: NginxVersion
  readonly state: InstanceState
  readonly usage: ProcessUsage
  /** Absent when NGINX does not answer. */
  readonly status?: StubStatus
}

type Labels = Readonly<Record<string, string>>

interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly values: readonly (readonly [labels: Labels, value: number])[]
}

export function renderMetrics(input: MetricsInput): string {
  const { state, usage, status, version } = input
  const common = {
    controller_class: input.controllerClass,
    controller_namespace: input.namespace,
    controller_pod: input.pod,
  }
  const one = (value: number): Metric['values'] => [[{}, value]]
  const metrics: readonly Metric[] = [
    {
      name: 'build_info',
      type: 'gauge',
      help: 'A constant 1, labelled with what answers',
      values: [
        [
          {
            build: 'fairway',
            release: 'fairway',
            repository: 'fairway',
            version: `${version.major}.${version.minor}.${version.patch}`,
          },
          1,
        ],
      ],
    },
    {
      name: 'config_hash',
      type: 'gauge',
      help: 'Hash of the running configuration',
      values: one(hashNumber(state.revision)),
    },
    {
      name: 'config_last_reload_successful',
      type: 'gauge',
      help: 'Whether the last configuration was taken up',
      values: one(state.lastSuccessful ? 1 : 0),
    },
    {
      name: 'config_last_reload_successful_timestamp_seconds',
      type: 'gauge',
      help: 'Time of the last configuration that was taken up',
      values: one((state.lastSuccessfulAt ?? 0) / 1000),
    },
    { name: 'success', type: 'counter', help: 'Configurations taken up', values: one(state.reloads) },
    { name: 'errors', type: 'counter', help: 'Configurations refused or failed', values: one(state.failures) },
    ...(status === undefined ? [] : connectionMetrics(status)),
    { name: 'nginx_process_num_procs', type: 'gauge', help: 'Processes', values: one(usage.processes) },
    {
      name: 'nginx_process_cpu_seconds_total',
      type: 'counter',
      help: 'Processor time in seconds',
      values: one(usage.cpuSeconds),
    },
    {
      name: 'nginx_process_resident_memory_bytes',
      type: 'gauge',
      help: 'Memory in use',
      values: one(usage.residentBytes),
    },
    {
      name: 'nginx_process_virtual_memory_bytes',
      type: 'gauge',
      help: 'Memory mapped',
      values: one(usage.virtualBytes),
    },
    { name: 'nginx_process_read_bytes_total', type: 'counter', help: 'Bytes read', values: one(usage.readBytes) },
    {
      name: 'nginx_process_write_bytes_total',
      type: 'counter',
      help: 'Bytes written',
      values: one(usage.writtenBytes),
    },
    {
      name: 'nginx_process_oldest_start_time_seconds',
      type: 'gauge',
      help: 'Start of the oldest process',
      values: one(usage.oldestStartSeconds),
    },
  ]
  return metrics.map(metric => render(metric, common)).join('')
}

function connectionMetrics(status: StubStatus): Metric[] {
  return [
    {
      name: 'nginx_process_connections',
      type: 'gauge',
      help: 'Client connections by what they do',
      values: (['active', 'reading', 'writing', 'waiting'] as const).map(state => [{ state }, status[state]]),
    },
    {
      name: 'nginx_process_connections_total',
      type: 'counter',
      help: 'Client connections so far',
      values: (['accepted', 'handled'] as const).map(state => [{ state }, status[state]]),
    },
    { name: 'nginx_process_requests_total', type: 'counter', help: 'Requests so far', values: [[{}, status.requests]] },
  ]
}

function render({ name, type, help, values }: Metric, common: Labels): string {
  const full = `nginx_ingress_controller_${name}`
  const lines = values.map(([labels, value]) => `${full}{${renderLabels({ ...common, ...labels })}} ${value}\n`)
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join('')}`
}

/** The exposition format escapes backslash, quote and line feed. */
function renderLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(
      ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
    )
    .join(',')
}

/** The first 52 bits, because a double holds no more. */
function hashNumber(revision: string | undefined): number {
  return revision === undefined ? 0 : Number.parseInt(revision.slice(0, 13), 16)
}
