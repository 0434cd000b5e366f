// How fast is the NGINX that Fairway configures, next to a hand-written minimal NGINX, HAProxy and Caddy?
// Run as `scripts/in-sandbox node bench/nginx-proxy.ts [--json FILE] [--seconds N] [--rounds N]`; about a minute.
// One worker on processor 0; wrk and the backend on the others. Every round runs all proxies one after the other, so that
// what the machine does besides hits all alike. Ratios count, not requests per second.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { certificatesOf } from '../src/dataplane/nginx/certificates.ts'
import { compile } from '../src/dataplane/nginx/compile.ts'
import { examineNginx } from '../src/dataplane/nginx/machine.ts'
import { ProcessMeter } from '../src/dataplane/nginx/process-usage.ts'
import { childrenOf } from '../src/dataplane/nginx/reload.ts'
import { address } from '../src/net/address.ts'
import type { RoutingTable } from '../src/network/routing.ts'
import { createAuthority, issueCertificate } from '../src/pki/authority.ts'
import { host } from '../src/sys/host.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    bytes: { type: 'string', default: '128' },
  },
})
const seconds = Number(values.seconds)
const rounds = Number(values.rounds)
const bytes = Number(values.bytes)

const ports = { backend: 9000, fairway: 9001, minimal: 9002, haproxy: 9003, caddy: 9004 }
const directory = mkdtempSync(join(tmpdir(), 'fairway-bench-'))
chmodSync(directory, 0o711)
const running: ChildProcess[] = []

/** Pins the program, so that a proxy has one processor and its load has the others. */
function start(
  processors: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): number {
  // taskset becomes the program, so the child's number is the program's.
  const child = spawn('taskset', ['-c', processors, command, ...args], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, ...env },
  })
  running.push(child)
  return child.pid ?? 0
}

const others = availableParallelism() > 1 ? `1-${availableParallelism() - 1}` : '0'

function file(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

function startBackend(): void {
  mkdirSync(join(directory, 'backend'), { recursive: true })
  const text = `daemon off; user root; worker_processes 1; pid ${directory}/backend.pid; error_log stderr error;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000; client_body_temp_path ${directory}/b1; proxy_temp_path ${directory}/b2; fastcgi_temp_path ${directory}/b3; uwsgi_temp_path ${directory}/b4; scgi_temp_path ${directory}/b5;
  server { listen 127.0.0.1:${ports.backend} backlog=4096; location / { default_type text/plain; return 200 "${'x'.repeat(Math.min(bytes, 2048))}"; }
  location /large { root ${directory}; } } }`
  writeFileSync(join(directory, 'large'), 'x'.repeat(bytes))
  start(others, 'nginx', ['-c', file('backend.conf', text)])
}

function startMinimal(): number {
  const text = `daemon off; user root; worker_processes 1; pid ${directory}/minimal.pid; error_log stderr error;
events { worker_connections 4096; }
http { access_log off; client_body_temp_path ${directory}/m1; proxy_temp_path ${directory}/m2; fastcgi_temp_path ${directory}/m3; uwsgi_temp_path ${directory}/m4; scgi_temp_path ${directory}/m5;
  keepalive_requests 10000;
  upstream backend { server 127.0.0.1:${ports.backend}; keepalive 320; keepalive_requests 10000; }
  server { listen 127.0.0.1:${ports.minimal} backlog=4096; location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://backend; } } }`
  return start('0', 'nginx', ['-c', file('minimal.conf', text)])
}

async function startFairway(): Promise<number> {
  const now = Date.now()
  const authority = createAuthority({ commonName: 'bench', days: 1, now })
  const pair = issueCertificate(authority, {
    commonName: 'bench',
    dnsNames: ['echo.anton.example'],
    usages: ['server'],
    days: 1,
    now,
  })
  const files = { certificate: file('tls.crt', pair.certificatePem), key: file('tls.key', pair.privateKeyPem) }
  const table: RoutingTable = {
    className: 'external',
    hosts: ['echo', 'other'].map((name, index) => ({
      host: `${name}.anton.example`,
      tls: { kind: 'default' },
      redirectToHttps: false,
      redirectKeepsSlash: false,
      routes: [
        {
          match: { path: { kind: 'prefix', path: '/' }, headers: [], query: [] },
          action: {
            kind: 'forward',
            backends: [{ upstream: `shop_${name}_80`, weight: 1 }],
            requestHeaders: [],
            responseHeaders: [],
          },
          source: { kind: 'Ingress', namespace: 'shop', name, field: `spec.rules[${index}]` },
        },
      ],
    })),
    upstreams: ['echo', 'other'].map((service, index) => ({
      id: `shop_${service}_80`,
      namespace: 'shop',
      service,
      port: '80',
      endpoints: [{ address: address('127.0.0.1'), port: ports.backend + index * 500 }],
    })),
    settings: {},
    ingresses: [],
    gateways: [],
    routeParents: [],
    diagnostics: [],
  }
  const machine = await examineNginx(host)
  const { text } = compile(table, {
    place: {
      version: machine.version,
      directory,
      temporaryDirectory: directory,
      pidFile: join(directory, 'fairway.pid'),
      accessLog: join(directory, 'access.log'),
      workers: 1,
      user: 'root',
      ports: { http: ports.fairway, https: 9443, status: 10246 },
      ipv6: false,
      openFiles: machine.openFiles,
      requestIdPrefix: 'bench',
      resolvers: [],
    },
    certificates: new Map(certificatesOf(table).map(need => [need.id, files])),
  })
  return start('0', 'nginx', ['-c', file('fairway.conf', text)])
}

function startHaproxy(): number {
  const text = `global
  nbthread 1
  maxconn 8192
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend web
  bind 127.0.0.1:${ports.haproxy}
  option forwardfor
  default_backend echo
backend echo
  server one 127.0.0.1:${ports.backend} pool-max-conn 320
`
  return start('0', 'haproxy', ['-q', '-f', file('haproxy.cfg', text)])
}

function startCaddy(): number {
  const text = `{
  admin off
  auto_https off
}
http://:${ports.caddy} {
  reverse_proxy 127.0.0.1:${ports.backend}
}
`
  const home = { GOMAXPROCS: '1', HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory }
  return start('0', 'caddy', ['run', '--adapter', 'caddyfile', '--config', file('Caddyfile', text)], home)
}

async function isListening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const socket = connect(port, '127.0.0.1')
    const open = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
    ])
    socket.destroy()
    if (open) return
    await new Promise(resolve => setTimeout(resolve, 25))
  }
  throw new Error(`nothing listens on port ${port}`)
}

interface Sample {
  readonly requestsPerSecond: number
  /** Processor time of the proxy for one request: what stays comparable when other programs use the machine too. */
  readonly cpuMicroseconds: number
  readonly p99Ms: number
}

function measure(port: number, pid: number): Sample {
  const path = bytes > 2048 ? '/large' : '/'
  const args = [
    '-c',
    others,
    'wrk',
    '-t1',
    '-c64',
    `-d${seconds}s`,
    '--latency',
    '-H',
    'Host: echo.anton.example',
    `http://127.0.0.1:${port}${path}`,
  ]
  const meter = new ProcessMeter()
  const used = (): number => meter.measure([pid, ...childrenOf(pid)]).cpuSeconds
  const before = used()
  const { stdout } = spawnSync('taskset', args, { encoding: 'utf8' })
  const cpuSeconds = used() - before
  if (/Non-2xx/.test(stdout)) throw new Error(`errors on port ${port}: ${stdout}`)
  const [, number, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? []
  return {
    cpuMicroseconds: (cpuSeconds * 1e6) / Number(/(\d+) requests in/.exec(stdout)?.[1]),
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]),
    p99Ms: Number(number) * (unit === 'us' ? 0.001 : unit === 's' ? 1000 : 1),
  }
}

function rounded(number: number, digits: number): number {
  return Number(number.toFixed(digits))
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

try {
  startBackend()
  const pids = { minimal: startMinimal(), fairway: await startFairway(), haproxy: startHaproxy(), caddy: startCaddy() }
  const proxies = ['fairway', 'minimal', 'haproxy', 'caddy'] as const
  for (const name of ['backend', ...proxies] as const) await isListening(ports[name])
  const samples = { fairway: [] as Sample[], minimal: [] as Sample[], haproxy: [] as Sample[], caddy: [] as Sample[] }
  // Connections to the backend and caches are there before anything is measured.
  for (const name of proxies) {
    spawnSync('wrk', ['-t1', '-c16', '-d1s', '-H', 'Host: echo.anton.example', `http://127.0.0.1:${ports[name]}/`])
  }
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? proxies : proxies.toReversed())
      samples[name].push(measure(ports[name], pids[name]))
  }
  const result = Object.fromEntries(
    proxies.map(name => {
      const own = samples[name]
      /** Fairway against this one, round by round. */
      const ratio = (value: (sample: Sample) => number): number =>
        rounded(median(samples.fairway.map((item, index) => value(item) / value(own[index] ?? item))), 3)
      return [
        name,
        {
          requestsPerSecond: Math.round(median(own.map(item => item.requestsPerSecond))),
          p99Ms: rounded(median(own.map(item => item.p99Ms)), 2),
          cpuMicroseconds: rounded(median(own.map(item => item.cpuMicroseconds)), 2),
          fairwayRatio: ratio(item => item.requestsPerSecond),
          fairwayPerProcessorRatio: ratio(item => 1 / item.cpuMicroseconds),
        },
      ]
    }),
  )
  console.log('PROXY      REQUESTS/S   P99 MS   CPU US/REQUEST   FAIRWAY/THIS   PER PROCESSOR')
  for (const [name, row] of Object.entries(result)) {
    const cells = [
      String(row.requestsPerSecond).padStart(10),
      row.p99Ms.toFixed(2).padStart(9),
      row.cpuMicroseconds.toFixed(2).padStart(17),
    ]
    const compared =
      name === 'fairway'
        ? []
        : [row.fairwayRatio.toFixed(3).padStart(15), row.fairwayPerProcessorRatio.toFixed(3).padStart(16)]
    console.log(name.padEnd(11) + [...cells, ...compared].join(''))
  }
  if (values.json !== undefined) {
    const report = { apiVersion: 'fairway.dev/v1', kind: 'ProxyBenchmark', bytes, rounds, seconds, result }
    writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
  }
} finally {
  for (const child of running) child.kill('SIGTERM')
  await Promise.all(
    running.map(child => (child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined)),
  )
  rmSync(directory, { recursive: true, force: true })
}
