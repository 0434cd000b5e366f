// What an NGINX configuration is made of: a closed list of directives, whose arguments are typed.
// Nothing outside `serialize.ts` turns one into text, so no value of a manifest can become syntax.

/**
 * Every directive Fairway emits, and what NGINX does with its arguments: `literal` takes them as they are, `evaluated` expands
 * variables in them. A directive that is not listed cannot be written.
 */
export const directives = {
  // main
  daemon: 'literal',
  user: 'literal',
  pid: 'literal',
  worker_processes: 'literal',
  worker_rlimit_nofile: 'literal',
  worker_shutdown_timeout: 'literal',
  worker_connections: 'literal',
  multi_accept: 'literal',
  pcre_jit: 'literal',
  error_log: 'literal',
  events: 'literal',
  http: 'literal',
  // http
  default_type: 'literal',
  log_format: 'evaluated',
  access_log: 'literal',
  server_tokens: 'literal',
  server_names_hash_bucket_size: 'literal',
  server_names_hash_max_size: 'literal',
  map_hash_bucket_size: 'literal',
  map_hash_max_size: 'literal',
  variables_hash_bucket_size: 'literal',
  variables_hash_max_size: 'literal',
  proxy_headers_hash_bucket_size: 'literal',
  proxy_headers_hash_max_size: 'literal',
  tcp_nodelay: 'literal',
  reset_timedout_connection: 'literal',
  keepalive_timeout: 'literal',
  keepalive_requests: 'literal',
  client_header_timeout: 'literal',
  client_body_timeout: 'literal',
  client_body_buffer_size: 'literal',
  client_max_body_size: 'literal',
  client_body_temp_path: 'literal',
  proxy_temp_path: 'literal',
  fastcgi_temp_path: 'literal',
  uwsgi_temp_path: 'literal',
  scgi_temp_path: 'literal',
  large_client_header_buffers: 'literal',
  underscores_in_headers: 'literal',
  http2: 'literal',
  http2_max_concurrent_streams: 'literal',
  resolver: 'literal',
  resolver_timeout: 'literal',
  gzip: 'literal',
  gzip_comp_level: 'literal',
  gzip_http_version: 'literal',
  gzip_min_length: 'literal',
  gzip_proxied: 'literal',
  gzip_types: 'literal',
  gzip_vary: 'literal',
  ssl_protocols: 'literal',
  ssl_ciphers: 'literal',
  ssl_prefer_server_ciphers: 'literal',
  ssl_session_cache: 'literal',
  ssl_session_timeout: 'literal',
  ssl_session_tickets: 'literal',
  ssl_buffer_size: 'literal',
  ssl_ecdh_curve: 'literal',
  /** Expands variables, but Fairway never uses them here: a name from the handshake must not choose a file. */
  ssl_certificate: 'evaluated',
  ssl_certificate_key: 'evaluated',
  geo: 'literal',
  map: 'evaluated',
  split_clients: 'evaluated',
  // upstream
  upstream: 'literal',
  zone: 'literal',
  keepalive: 'literal',
  // server and location
  server: 'literal',
  listen: 'literal',
  server_name: 'literal',
  location: 'literal',
  return: 'evaluated',
  if: 'evaluated',
  rewrite: 'evaluated',
  error_page: 'evaluated',
  add_header: 'evaluated',
  stub_status: 'literal',
  proxy_pass: 'evaluated',
  proxy_http_version: 'literal',
  proxy_set_header: 'evaluated',
  proxy_hide_header: 'literal',
  proxy_buffering: 'literal',
  proxy_buffer_size: 'literal',
  proxy_buffers: 'literal',
  proxy_busy_buffers_size: 'literal',
  proxy_max_temp_file_size: 'literal',
  proxy_request_buffering: 'literal',
  proxy_redirect: 'literal',
  proxy_connect_timeout: 'literal',
  proxy_read_timeout: 'literal',
  proxy_send_timeout: 'literal',
  proxy_next_upstream: 'literal',
  proxy_next_upstream_tries: 'literal',
  proxy_ssl_server_name: 'literal',
  keepalive_time: 'literal',
} as const satisfies Record<string, 'literal' | 'evaluated'>

export type DirectiveName = keyof typeof directives

/** Variables of NGINX that the compiler may read; request headers are `http_<name>`, our own start with `fw_`. */
export const builtinVariables = [
  'args', 'body_bytes_sent', 'connection', 'connection_requests', 'host', 'https', 'is_args', 'proxy_host', 'remote_addr', 'remote_user', 'request',
  'request_id', 'request_length', 'request_method', 'request_time', 'request_uri', 'scheme', 'server_port', 'status',
  'time_local', 'upstream_addr', 'upstream_response_length', 'upstream_response_time', 'upstream_status', 'uri',
] as const // biome-ignore format: one list, read as one line

export type VariableName = (typeof builtinVariables)[number] | `http_${string}` | `fw_${string}` | '1'

export interface Variable {
  readonly variable: VariableName
}

export type Argument =
  /** A keyword, number, name or address of our own making: `on`, `64k`, `[::]:443`. Only harmless characters. */
  | { readonly kind: 'word'; readonly text: string }
  /** Anything else, quoted always: text taken as it is, with variables in between. */
  | { readonly kind: 'text'; readonly parts: readonly (string | Variable)[] }
  /** One variable by itself, where NGINX wants a bare `$name`: what `map` defines, what `if` asks. */
  | { readonly kind: 'variable'; readonly name: VariableName }
  /** The pattern of a `rewrite`: quoted, and never expanded, whatever the directive does with its other arguments. */
  | { readonly kind: 'pattern'; readonly pattern: string }

export interface Directive {
  readonly name: DirectiveName
  readonly args: readonly Argument[]
  readonly block?: readonly Node[]
}

/** A line of a `map`, `geo` or `split_clients` block. */
export interface Entry {
  readonly key: MapKey
  readonly value: Argument
}

export type MapKey =
  /** Compared with the whole source, ignoring case. */
  | { readonly kind: 'string'; readonly text: string }
  /** A PCRE pattern; `ignoreCase` writes `~*`. */
  | { readonly kind: 'regex'; readonly pattern: string; readonly ignoreCase?: boolean }
  | { readonly kind: 'default' }
  /** Makes the other keys host names, with `*.` for wildcards. */
  | { readonly kind: 'hostnames' }
  /** Of split_clients, in hundredths of a percent; `rest` is `*`. */
  | { readonly kind: 'share'; readonly hundredths: number }
  | { readonly kind: 'rest' }

export type Node = Directive | Entry

export function isDirective(node: Node): node is Directive {
  return 'name' in node
}

export function word(text: string | number): Argument {
  return { kind: 'word', text: String(text) }
}

export function text(...parts: readonly (string | Variable)[]): Argument {
  return { kind: 'text', parts }
}

export function variable(name: VariableName): Variable {
  return { variable: name }
}

export function bare(name: VariableName): Argument {
  return { kind: 'variable', name }
}

export function pattern(pattern: string): Argument {
  return { kind: 'pattern', pattern }
}

/** A value for the plain case: strings and numbers of our own become words, everything else must be given as `text`. */
export function directive(name: DirectiveName, ...args: readonly (Argument | string | number)[]): Directive {
  return { name, args: args.map(toArgument) }
}

export function block(name: DirectiveName, args: readonly (Argument | string)[], nodes: readonly Node[]): Directive {
  return { name, args: args.map(toArgument), block: nodes }
}

export function entry(key: MapKey, value: Argument): Entry {
  return { key, value }
}

function toArgument(value: Argument | string | number): Argument {
  return typeof value === 'object' ? value : word(value)
}
