// What the server counts, and its text for Prometheus.
import type { Duplex } from 'node:stream'
import type { Store } from '../store/store.ts'

interface Request {
  readonly method: string
  readonly resource: string
  readonly code: number
  readonly seconds: number
}

interface Series {
  count: number
  seconds: number
}

export class Metrics {
  /** Upgraded connections that are open. */
  readonly sessions = new Set<Duplex>()
  readonly #requests = new Map<string, Series>()

  count(request: Request): void {
    const labels = `verb="${label(request.method)}",resource="${label(request.resource)}",code="${request.code}"`
    const series = this.#requests.get(labels) ?? { count: 0, seconds: 0 }
    series.count += 1
    series.seconds += request.seconds
    this.#requests.set(labels, series)
  }

  text(store: Store): string {
    const lines: string[] = []
    const family = (name: string, type: string, help: string) =>
      lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    const requests = [...this.#requests].sort(([a], [b]) => (a < b ? -1 : 1))
    family('apiserver_request_total', 'counter', 'Requests answered.')
    for (const [labels, { count }] of requests) lines.push(`apiserver_request_total{${labels}} ${count}`)
    family('apiserver_request_duration_seconds', 'summary', 'Time to answer; for watches, how long they lasted.')
    for (const [labels, { count, seconds }] of requests) {
      lines.push(`apiserver_request_duration_seconds_sum{${labels}} ${seconds}`)
      lines.push(`apiserver_request_duration_seconds_count{${labels}} ${count}`)
    }
    const collections = [...store.collections()]
      .filter(({ id }) => !id.endsWith('.internal'))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
    family('apiserver_storage_objects', 'gauge', 'Objects stored.')
    for (const { id, size } of collections) lines.push(`apiserver_storage_objects{resource="${label(id)}"} ${size}`)
    family('apiserver_registered_watchers', 'gauge', 'Watches open, those of the controllers included.')
    for (const { id, watchers } of collections)
      lines.push(`apiserver_registered_watchers{resource="${label(id)}"} ${watchers}`)
    family('apiserver_streaming_sessions', 'gauge', 'Sessions of exec, attach and port-forward open.')
    lines.push(`apiserver_streaming_sessions ${this.sessions.size}`)
    family('fairway_store_revision', 'counter', 'The newest revision.')
    lines.push(`fairway_store_revision ${store.revision}`)
    family('fairway_store_write_duration_seconds', 'summary', 'Time to store a change durably.')
    lines.push(`fairway_store_write_duration_seconds_sum ${store.times.seconds}`)
    lines.push(`fairway_store_write_duration_seconds_count ${store.times.writes}`)
    return `${lines.join('\n')}\n`
  }
}

function label(text: string): string {
  return text.replace(/[^\w.\-/]/g, '_').slice(0, 100)
}
