// The proxies that Fairway's NGINX is compared with: written by hand, lean, with connections to the backend kept open.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Proxy {
  readonly port: number
  /** Program and arguments, environment included. */
  readonly argv: readonly string[]
}

export interface ProxyPlace {
  /** For configurations and what the proxies write. */
  readonly directory: string
  /** `address:port` of what is behind. */
  readonly backend: string
  /** As many as Fairway's NGINX has. */
  readonly workers: number
}

/** Writes the configurations. */
export function handWrittenProxies(place: ProxyPlace): Readonly<Record<'minimal' | 'haproxy' | 'caddy', Proxy>> {
  const { directory, workers } = place
  const file = (name: string, text: string): string => {
    const path = join(directory, name)
    writeFileSync(path, text)
    return path
  }
  const home = [`HOME=${directory}`, `XDG_DATA_HOME=${directory}`, `XDG_CONFIG_HOME=${directory}`]
  const caddyfile = file('Caddyfile', caddy(place, 8083))
  return {
    minimal: { port: 8081, argv: ['nginx', '-c', file('minimal.conf', nginx(place, 8081))] },
    haproxy: { port: 8082, argv: ['haproxy', '-q', '-f', file('haproxy.cfg', haproxy(place, 8082))] },
    caddy: {
      port: 8083,
      argv: ['env', `GOMAXPROCS=${workers}`, ...home, 'caddy', 'run', '--adapter', 'caddyfile', '--config', caddyfile],
    },
  }
}

function nginx({ directory, backend, workers }: ProxyPlace, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    name => `  ${name}_temp_path ${directory}/minimal-${name};`,
  )
  return `daemon off; user root; worker_processes ${workers}; error_log stderr error; pid ${directory}/minimal.pid;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000;
${temporary.join('\n')}
  upstream backend { server ${backend}; keepalive 320; keepalive_requests 1000000; }
  server {
    listen ${port} backlog=4096;
    location / { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://backend; }
  }
}
`
}

function haproxy({ backend, workers }: ProxyPlace, port: number): string {
  return `global
  nbthread ${workers}
  maxconn 8192
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend web
  bind :${port}
  option forwardfor
  default_backend pod
backend pod
  server one ${backend} pool-max-conn 320
`
}

function caddy({ backend }: ProxyPlace, port: number): string {
  return `{
  admin off
  auto_https off
}
http://:${port} {
  reverse_proxy ${backend}
}
`
}
