// What all servers of one proxy share: sockets, logs, limits, TLS, headers, and the local port that tells how the proxy is.
import type { ProxySettings, RoutingTable } from '../../network/routing.ts'
import { baseRequestHeaders, baseResponseHeaders, hstsValue } from './headers.ts'
import type { ProxyPlace } from './proxy-options.ts'
import { dollar } from './syntax/serialize.ts'
import {
  type Argument,
  bare,
  block,
  type Directive,
  directive,
  entry,
  type MapKey,
  type Node,
  text,
  variable,
  word,
} from './syntax/tree.ts'
import { rotatesTicketKeys } from './version.ts'

export function compileMain(
  settings: ProxySettings,
  { place, http }: { readonly place: ProxyPlace; readonly http: readonly Node[] },
): Node[] {
  // A proxied request holds two sockets, and perhaps a file for its body.
  const wanted = settings.workerConnections ?? 16_384
  const openFiles = Math.min(wanted * 2 + 1024, place.openFiles)
  const connections = Math.min(wanted, openFiles)
  return [
    // The first line a person reads in a running proxy; `daemon off` because whoever started it watches it.
    directive('daemon', 'off'),
    directive('user', place.user),
    directive('pid', text(place.pidFile)),
    directive('worker_processes', place.workers),
    directive('worker_rlimit_nofile', openFiles),
    directive('worker_shutdown_timeout', '240s'),
    directive('pcre_jit', 'on'),
    directive('error_log', 'stderr', 'warn'),
    block('events', [], [directive('worker_connections', connections), directive('multi_accept', 'on')]),
    block('http', [], http),
  ]
}

export function compileHttp(
  table: RoutingTable,
  {
    place,
    nodes,
    revision,
  }: { readonly place: ProxyPlace; readonly nodes: readonly Node[]; readonly revision: string },
): Node[] {
  return [
    block('geo', [bare(dollar)], [entry({ kind: 'default' }, text('$'))]),
    ...basics(table, place),
    ...limits(table.settings, place),
    ...compression(table.settings),
    ...tls(place),
    ...requestMaps(table.settings, place),
    ...proxying,
    ...baseRequestHeaders('http_host'),
    ...baseResponseHeaders(table.settings),
    ...nodes,
    statusServer(place, revision),
  ]
}

/** `server_tokens off` leaves `Server: nginx` without a version: ingress-nginx cuts the header off, but the conformance tests of Ingress ask for one. */
function basics(table: RoutingTable, place: ProxyPlace): Directive[] {
  const longest = table.hosts.reduce((length, { host }) => Math.max(length, host.length), 0)
  const bucket = powerOfTwo(Math.max(longest + 32, 128))
  const slots = Math.max(2048, powerOfTwo(table.hosts.length * 2))
  return [
    directive('default_type', 'text/html'),
    directive('server_tokens', 'off'),
    directive('log_format', 'upstreaminfo', accessLine),
    directive('access_log', text(place.accessLog), 'upstreaminfo', 'buffer=64k', 'flush=200ms'),
    directive('server_names_hash_bucket_size', bucket),
    directive('server_names_hash_max_size', slots),
    directive('map_hash_bucket_size', bucket),
    directive('map_hash_max_size', slots),
    directive('variables_hash_max_size', Math.max(2048, powerOfTwo(table.hosts.length))),
    directive('proxy_headers_hash_max_size', 1024),
    directive('proxy_headers_hash_bucket_size', 128),
    ...(place.resolvers.length === 0
      ? []
      : [
          directive(
            'resolver',
            ...place.resolvers.map(address => (address.includes(':') ? `[${address}]` : address)),
            'valid=5s',
          ),
          directive('resolver_timeout', '5s'),
        ]),
  ]
}

/** The format of ingress-nginx, so that what parses its logs parses these; the upstream's name is that of its block. */
const accessLine: Argument = text(
  variable('remote_addr'), ' - ', variable('remote_user'), ' [', variable('time_local'), '] "', variable('request'), '" ', variable('status'), ' ',
  variable('body_bytes_sent'), ' "', variable('http_referer'), '" "', variable('http_user_agent'), '" ', variable('request_length'), ' ',
  variable('request_time'), ' [', variable('proxy_host'), '] [] ', variable('upstream_addr'), ' ', variable('upstream_response_length'), ' ',
  variable('upstream_response_time'), ' ', variable('upstream_status'), ' ', variable('fw_request_id'),
) // biome-ignore format: reads like the line it makes

function limits(settings: ProxySettings, place: ProxyPlace): Directive[] {
  const temporary = (name: string): Argument => text(`${place.temporaryDirectory}/${name}`)
  return [
    directive('keepalive_timeout', `${settings.keepaliveTimeoutSeconds ?? 75}s`),
    directive('keepalive_requests', 10_000),
    directive('client_header_timeout', '60s'),
    directive('client_body_timeout', '60s'),
    directive('client_body_buffer_size', settings.clientBodyBufferBytes ?? 8192),
    directive('client_max_body_size', settings.clientMaxBodyBytes ?? 1_048_576),
    directive('large_client_header_buffers', 4, '8k'),
    directive('underscores_in_headers', 'off'),
    directive('http2_max_concurrent_streams', 128),
    directive('client_body_temp_path', temporary('body')),
    directive('proxy_temp_path', temporary('proxy')),
    directive('fastcgi_temp_path', temporary('fastcgi')),
    directive('uwsgi_temp_path', temporary('uwsgi')),
    directive('scgi_temp_path', temporary('scgi')),
  ]
}

function compression({ gzip }: ProxySettings): Directive[] {
  if (gzip === undefined) return []
  // NGINX always compresses text/html and warns when it is named.
  const types = gzip.types.filter(type => type !== 'text/html')
  return [
    directive('gzip', 'on'),
    directive('gzip_comp_level', gzip.level),
    directive('gzip_http_version', '1.1'),
    directive('gzip_min_length', 256),
    directive('gzip_proxied', 'any'),
    directive('gzip_vary', 'on'),
    ...(types.length === 0 ? [] : [directive('gzip_types', ...types.map(type => text(type)))]),
  ]
}

const ciphers =
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:' +
  'ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384'

function tls(place: ProxyPlace): Directive[] {
  return [
    directive('ssl_protocols', 'TLSv1.2', 'TLSv1.3'),
    directive('ssl_ciphers', text(ciphers)),
    directive('ssl_prefer_server_ciphers', 'on'),
    directive('ssl_ecdh_curve', 'auto'),
    directive('ssl_session_cache', 'shared:fw_tls:10m'),
    directive('ssl_session_timeout', '10m'),
    // Older versions never change the ticket key of a running process, which takes away forward secrecy; the cache resumes sessions there.
    directive('ssl_session_tickets', rotatesTicketKeys(place.version) ? 'on' : 'off'),
    directive('ssl_buffer_size', '4k'),
  ]
}

function requestMaps(settings: ProxySettings, place: ProxyPlace): Directive[] {
  const byDefault: MapKey = { kind: 'default' }
  const empty: MapKey = { kind: 'string', text: '' }
  const hsts = hstsValue(settings)
  return [
    // A client of HTTP/1.0 may send no Host header; $host then knows a name, but never the port.
    map('fw_host', 'http_host', [entry(byDefault, text(variable('http_host'))), entry(empty, text(variable('host')))]),
    // Only a client's wish to upgrade (WebSocket) is passed on; otherwise the connection to the backend is kept.
    map('fw_connection', 'http_upgrade', [entry(byDefault, word('upgrade')), entry(empty, text(''))]),
    map('fw_request_id', 'http_x_request_id', [
      entry(byDefault, text(variable('http_x_request_id'))),
      // $request_id asks OpenSSL for random bytes, a tenth of what a proxied request costs; connections are counted by all workers.
      entry(empty, text(`${place.requestIdPrefix}-`, variable('connection'), '-', variable('connection_requests'))),
    ]),
    // ingress-nginx cuts the final slash off the target of its redirect to https.
    map('fw_uri_without_slash', 'request_uri', [
      entry({ kind: 'regex', pattern: '^(.*)/\\z' }, text(variable('1'))),
      entry(byDefault, text(variable('request_uri'))),
    ]),
    ...(hsts === undefined
      ? []
      : [map('fw_hsts', 'https', [entry({ kind: 'string', text: 'on' }, text(hsts)), entry(byDefault, text(''))])]),
  ]
}

function map(name: `fw_${string}`, source: Parameters<typeof variable>[0], entries: readonly Node[]): Directive {
  return block('map', [text(variable(source)), bare(name)], entries)
}

/** Answers are passed on as they come, in large pieces: buffering would hold back events and streamed text until a buffer is full. */
const proxying: readonly Directive[] = [
  directive('proxy_http_version', '1.1'),
  directive('proxy_buffering', 'off'),
  directive('proxy_buffer_size', '32k'),
  directive('proxy_buffers', 4, '32k'),
  directive('proxy_busy_buffers_size', '64k'),
  directive('proxy_request_buffering', 'on'),
  directive('proxy_redirect', 'off'),
  directive('proxy_connect_timeout', '5s'),
  directive('proxy_read_timeout', '60s'),
  directive('proxy_send_timeout', '60s'),
  directive('proxy_next_upstream', 'error', 'timeout'),
  directive('proxy_next_upstream_tries', 3),
]

/** Only for this machine: which configuration answers, and NGINX's own counters. */
function statusServer(place: ProxyPlace, revision: string): Directive {
  return block(
    'server',
    [],
    [
      directive('listen', `127.0.0.1:${place.ports.status}`),
      directive('access_log', 'off'),
      directive('keepalive_timeout', 0),
      block('location', [word('='), text('/healthz')], [directive('return', 200, text('ok'))]),
      block('location', [word('='), text('/revision')], [directive('return', 200, text(revision))]),
      block('location', [word('='), text('/nginx_status')], [directive('stub_status')]),
      block('location', [text('/')], [directive('return', 404)]),
    ],
  )
}

function powerOfTwo(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(atLeast, 1)))
}
