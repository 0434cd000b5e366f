// What the ConfigMap of an ingress class tunes: names of ingress-nginx, and those people confuse with them.
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { ConfigMap } from '../../objects/kinds/config-map.ts'
import { describeObject } from '../../objects/object.ts'
import type { ProxySettings } from '../routing.ts'
import { nearest } from './nearest.ts'

export interface ReadSettings {
  readonly settings: ProxySettings
  readonly diagnostics: readonly Diagnostic[]
}

/** Keys as other controllers spell them → as ingress-nginx does. The first three are those of F5's controller; the last exists nowhere. */
const aliases: Readonly<Record<string, { readonly name: string; readonly from: string }>> = {
  'worker-connections': { name: 'max-worker-connections', from: "F5's controller" },
  'keepalive-timeout': { name: 'keep-alive', from: "F5's controller" },
  'client-max-body-size': { name: 'proxy-body-size', from: "F5's controller" },
  'enable-gzip': { name: 'use-gzip', from: 'no controller' },
}

/** The 16 types ingress-nginx compresses unless told otherwise; NGINX adds text/html itself. */
export const defaultGzipTypes: readonly string[] = [
  'application/atom+xml', 'application/javascript', 'application/x-javascript', 'application/json', 'application/rss+xml',
  'application/vnd.ms-fontobject', 'application/x-font-ttf', 'application/x-web-app-manifest+json', 'application/xhtml+xml',
  'application/xml', 'font/opentype', 'image/svg+xml', 'image/x-icon', 'text/css', 'text/javascript', 'text/plain', 'text/x-component',
] // biome-ignore format: one list, read as one line

/** Values that belong to one key, before they become settings. */
interface Draft {
  workerProcesses?: number | 'auto'
  workerConnections?: number
  keepaliveTimeoutSeconds?: number
  clientBodyBufferBytes?: number
  clientMaxBodyBytes?: number
  gzip?: boolean
  gzipLevel?: number
  gzipTypes?: readonly string[]
  hsts?: boolean
  hstsMaxAge?: number
  hstsSubdomains?: boolean
  hstsPreload?: boolean
}

/** A reader puts a good value into the draft, or says what a good one looks like. */
type Reader = (value: string, draft: Draft) => string | undefined

const readers: Readonly<Record<string, Reader>> = {
  'worker-processes': (value, draft) => {
    if (value === 'auto') draft.workerProcesses = 'auto'
    else return inRange(value, { from: 1, to: 1024 }, number => (draft.workerProcesses = number))
    return undefined
  },
  'max-worker-connections': (value, draft) =>
    inRange(value, { from: 0, to: 1_048_576 }, number => {
      // 0 means "as many as files may be open", which is more than the default.
      draft.workerConnections = number === 0 ? 65_536 : number
    }),
  'keep-alive': (value, draft) =>
    inRange(value.replace(/s$/, ''), { from: 0, to: 86_400 }, number => (draft.keepaliveTimeoutSeconds = number)),
  'client-body-buffer-size': (value, draft) => size(value, bytes => (draft.clientBodyBufferBytes = bytes)),
  'proxy-body-size': (value, draft) => size(value, bytes => (draft.clientMaxBodyBytes = bytes)),
  'use-gzip': (value, draft) => boolean(value, flag => (draft.gzip = flag)),
  'gzip-level': (value, draft) => inRange(value, { from: 1, to: 9 }, number => (draft.gzipLevel = number)),
  'gzip-types': (value, draft) => {
    const types = value.split(/[\s,]+/).filter(type => type !== '')
    const bad = types.find(
      type => type !== '*' && !/^[a-z0-9][a-z0-9!#&^_.+-]*\/[a-z0-9*][a-z0-9!#&^_.+*-]*$/i.test(type),
    )
    if (bad !== undefined || types.length === 0) return 'MIME types separated by blanks'
    draft.gzipTypes = types
    return undefined
  },
  hsts: (value, draft) => boolean(value, flag => (draft.hsts = flag)),
  'hsts-max-age': (value, draft) =>
    inRange(value, { from: 0, to: 3_153_600_000 }, number => (draft.hstsMaxAge = number)),
  'hsts-include-subdomains': (value, draft) => boolean(value, flag => (draft.hstsSubdomains = flag)),
  'hsts-preload': (value, draft) => boolean(value, flag => (draft.hstsPreload = flag)),
}

/** Keys that ingress-nginx knows and Fairway does not honour yet. */
const known: readonly string[] = [
  'add-headers', 'allow-backend-server-header', 'allow-cross-namespace-resources', 'allow-snippet-annotations', 'annotations-risk-level',
  'compute-full-forwarded-for', 'custom-http-errors', 'default-type', 'disable-access-log', 'disable-http-access-log',
  'enable-access-log-for-default-backend', 'enable-brotli', 'enable-modsecurity', 'enable-multi-accept', 'enable-real-ip',
  'enable-underscores-in-headers', 'error-log-level', 'force-ssl-redirect', 'forwarded-for-header', 'forwarded-host-header', 'generate-request-id',
  'global-auth-url', 'global-auth-signin', 'gzip-min-length', 'gzip-disable', 'hide-headers', 'http-redirect-code', 'http-snippet', 'http2-max-concurrent-streams',
  'keep-alive-requests', 'large-client-header-buffers', 'limit-conn-status-code', 'limit-req-status-code', 'load-balance', 'location-snippet',
  'log-format-escape-json', 'log-format-upstream', 'main-snippet', 'max-worker-open-files', 'no-auth-locations', 'no-tls-redirect-locations',
  'proxy-buffer-size', 'proxy-buffering', 'proxy-buffers-number', 'proxy-connect-timeout', 'proxy-http-version', 'proxy-max-temp-file-size', 'proxy-next-upstream',
  'proxy-next-upstream-timeout', 'proxy-next-upstream-tries', 'proxy-read-timeout', 'proxy-real-ip-cidr', 'proxy-request-buffering',
  'proxy-send-timeout', 'proxy-set-headers', 'relative-redirects', 'retry-non-idempotent', 'reuse-port', 'server-snippet', 'server-tokens',
  'skip-access-log-urls', 'ssl-buffer-size', 'ssl-ciphers', 'ssl-dh-param', 'ssl-early-data', 'ssl-ecdh-curve', 'ssl-protocols', 'ssl-redirect',
  'ssl-reject-handshake', 'ssl-session-cache', 'ssl-session-cache-size', 'ssl-session-tickets', 'ssl-session-timeout', 'stream-snippet',
  'strict-validate-path-type', 'upstream-hash-by', 'upstream-keepalive-connections', 'upstream-keepalive-requests', 'upstream-keepalive-time',
  'upstream-keepalive-timeout', 'use-forwarded-headers', 'use-geoip2', 'use-http2', 'use-proxy-protocol', 'variables-hash-bucket-size',
  'variables-hash-max-size', 'whitelist-source-range', 'denylist-source-range', 'worker-cpu-affinity', 'worker-shutdown-timeout',
] // biome-ignore format: one list, read as one line

export function readSettings(configMap: ConfigMap | undefined): ReadSettings {
  const draft: Draft = {}
  const diagnostics: Diagnostic[] = []
  if (configMap === undefined) return { settings: {}, diagnostics }
  const data = configMap.data ?? {}
  for (const [key, value] of Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const alias = Object.hasOwn(aliases, key) ? aliases[key] : undefined
    const name = alias?.name ?? key
    if (alias !== undefined && Object.hasOwn(data, alias.name)) {
      diagnostics.push(
        report(configMap, {
          code: 'FW901',
          key,
          what: `is ignored, because ${alias.name} says the same`,
          fix: `remove ${key}`,
        }),
      )
      continue
    }
    if (alias !== undefined) {
      diagnostics.push(
        report(configMap, {
          code: 'FW901',
          key,
          what: `is a name of ${alias.from}; it is taken for ${alias.name}`,
          why: 'The real ingress-nginx ignores it without a word.',
          fix: `write ${alias.name}: ${JSON.stringify(value)}`,
        }),
      )
    }
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined
    if (read !== undefined) {
      const expected = read(value.trim(), draft)
      if (expected === undefined) continue
      diagnostics.push(
        report(configMap, {
          code: 'FW903',
          key,
          what: `is ${JSON.stringify(value)}, expected ${expected}`,
          why: 'The default stays in force.',
          fix: `write ${expected}`,
        }),
      )
    } else if (known.includes(name)) {
      diagnostics.push(
        report(configMap, {
          code: 'FW904',
          key,
          what: 'is not honoured yet',
          why: 'The default of ingress-nginx stays in force.',
          fix: 'leave it out, unless the ConfigMap is for a cluster where ingress-nginx runs',
        }),
      )
    } else {
      const suggestion = nearest(key, [...Object.keys(readers), ...Object.keys(aliases), ...known])
      diagnostics.push(
        report(configMap, {
          code: 'FW902',
          key,
          what: 'is no key of ingress-nginx',
          why: 'It has no effect.',
          fix: suggestion === undefined ? 'remove it' : `did you mean ${suggestion}?`,
        }),
      )
    }
  }
  return { settings: settle(draft), diagnostics }
}

function settle(draft: Draft): ProxySettings {
  const { gzip, gzipLevel, gzipTypes, hsts, hstsMaxAge, hstsSubdomains, hstsPreload, ...settings } = draft
  const speaksOfHsts = hstsMaxAge !== undefined || hstsSubdomains !== undefined || hstsPreload !== undefined
  return {
    ...settings,
    ...(gzip === true && { gzip: { level: gzipLevel ?? 1, types: gzipTypes ?? defaultGzipTypes } }),
    ...(hsts === false && { hsts: false }),
    ...(hsts !== false &&
      speaksOfHsts && {
        hsts: {
          maxAgeSeconds: hstsMaxAge ?? 31_536_000,
          includeSubdomains: hstsSubdomains ?? true,
          preload: hstsPreload ?? false,
        },
      }),
  }
}

interface KeyReport {
  readonly code: Diagnostic['code']
  readonly key: string
  readonly what: string
  readonly why?: string
  readonly fix?: string
}

function report(configMap: ConfigMap, { code, key, what, why, fix }: KeyReport): Diagnostic {
  const object = describeObject(configMap)
  return {
    code,
    severity: 'warning',
    object,
    field: `data[${key}]`,
    message: `${object}: data[${key}] ${what}`,
    ...(why !== undefined && { why }),
    ...(fix !== undefined && { fix }),
  }
}

function inRange(
  value: string,
  { from, to }: { readonly from: number; readonly to: number },
  set: (number: number) => void,
): string | undefined {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN
  if (!(number >= from && number <= to)) return `a whole number from ${from} to ${to}`
  set(number)
  return undefined
}

function boolean(value: string, set: (flag: boolean) => void): string | undefined {
  if (value !== 'true' && value !== 'false') return '"true" or "false"'
  set(value === 'true')
  return undefined
}

/** NGINX's sizes: bytes, or with k, m or g. */
function size(value: string, set: (bytes: number) => void): string | undefined {
  const match = /^(\d{1,9})([kmg]?)$/i.exec(value)
  if (match === null) return 'a size such as 8k, 50m or 1g'
  const unit = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[(match[2] ?? '').toLowerCase() as '' | 'k' | 'm' | 'g']
  set(Number(match[1]) * unit)
  return undefined
}
