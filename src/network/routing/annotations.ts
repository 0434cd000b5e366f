// What the annotations of an Ingress change, and which of them Fairway does not honour yet.
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Ingress } from '../../objects/kinds/ingress.ts'
import { describeObject } from '../../objects/object.ts'

const prefix = 'nginx.ingress.kubernetes.io/'

export interface IngressOptions {
  /** Redirect plain HTTP when the host has a `tls` entry; true unless said otherwise. */
  readonly sslRedirect: boolean
  /** Redirect plain HTTP in any case. */
  readonly forceSslRedirect: boolean
  readonly preserveTrailingSlash: boolean
  /** A canary adds to another Ingress; served as an ordinary one it could take that one's traffic. */
  readonly canary: boolean
  /** A protection was asked for that is not in force: every path answers 503 rather than stand open. */
  readonly closed: boolean
  readonly diagnostics: readonly Diagnostic[]
}

/** Asks who may come in. Serving the path without it would open what the author meant to close. */
const protections = new Set([
  'auth-url', 'auth-signin', 'auth-snippet', 'auth-type', 'auth-secret', 'auth-secret-type', 'auth-tls-secret', 'auth-tls-verify-client',
  'auth-tls-match-cn', 'enable-global-auth', 'allowlist-source-range', 'whitelist-source-range', 'denylist-source-range', 'satisfy',
]) // biome-ignore format: one list, read as one line

/** Raw NGINX text: never accepted, whatever it says. It often holds `deny` or `auth_request`, so the paths close. */
const snippets = new Set(['configuration-snippet', 'server-snippet', 'stream-snippet', 'modsecurity-snippet'])
const closingSnippets = new Set(['configuration-snippet', 'server-snippet'])

/** Values that ask for nothing, so that leaving the key out changes nothing. */
const harmless: Readonly<Record<string, readonly string[]>> = {
  canary: ['false'],
  'enable-global-auth': ['true'],
  'use-regex': ['false'],
  'backend-protocol': ['HTTP', 'http'],
  'enable-cors': ['false'],
  'ssl-passthrough': ['false'],
  'auth-tls-verify-client': ['off'],
}

export function readAnnotations(ingress: Ingress): IngressOptions {
  const diagnostics: Diagnostic[] = []
  const flags = { 'ssl-redirect': true, 'force-ssl-redirect': false, 'preserve-trailing-slash': false }
  let canary = false
  let closed = false
  for (const [key, value] of Object.entries(ingress.metadata.annotations ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!key.startsWith(prefix)) continue
    const name = key.slice(prefix.length)
    if (Object.hasOwn(flags, name)) {
      if (value === 'true' || value === 'false') flags[name as keyof typeof flags] = value === 'true'
      else diagnostics.push(notABoolean(ingress, { key, value }))
    } else if (harmless[name]?.includes(value) !== true) {
      if (name === 'canary') canary = true
      const closes = protections.has(name) || closingSnippets.has(name)
      closed ||= closes
      diagnostics.push(
        snippets.has(name) ? refusedSnippet(ingress, { key, closes }) : notHonoured(ingress, { key, closes }),
      )
    }
  }
  return {
    sslRedirect: flags['ssl-redirect'],
    forceSslRedirect: flags['force-ssl-redirect'],
    preserveTrailingSlash: flags['preserve-trailing-slash'],
    canary,
    closed,
    diagnostics,
  }
}

function notABoolean(ingress: Ingress, { key, value }: { readonly key: string; readonly value: string }): Diagnostic {
  return {
    code: 'FW413',
    severity: 'warning',
    object: describeObject(ingress),
    field: `metadata.annotations[${key}]`,
    message: `${describeObject(ingress)}: annotation ${key} is ${JSON.stringify(value)}, which is neither "true" nor "false"`,
    why: 'The default stays in force.',
    fix: `write ${key}: "true" or "false"`,
  }
}

function notHonoured(
  ingress: Ingress,
  { key, closes }: { readonly key: string; readonly closes: boolean },
): Diagnostic {
  const name = describeObject(ingress)
  if (!closes) {
    return {
      code: 'FW410',
      severity: 'warning',
      object: name,
      field: `metadata.annotations[${key}]`,
      message: `${name}: annotation ${key} is not honoured yet`,
      why: 'The Ingress is served as if the annotation were absent.',
      fix: 'leave it out, or serve the Ingress with a class of another controller',
    }
  }
  return {
    code: 'FW411',
    severity: 'error',
    object: name,
    field: `metadata.annotations[${key}]`,
    message: `${name}: annotation ${key} asks for a protection that is not honoured yet`,
    why: 'Serving the paths without it would open them to everyone, so all paths of this Ingress answer 503.',
    fix: `remove ${key} if the paths may be open to everyone who reaches this class`,
  }
}

function refusedSnippet(
  ingress: Ingress,
  { key, closes }: { readonly key: string; readonly closes: boolean },
): Diagnostic {
  const name = describeObject(ingress)
  return {
    code: 'FW412',
    severity: 'error',
    object: name,
    field: `metadata.annotations[${key}]`,
    message: `${name}: annotation ${key} holds raw NGINX configuration, which is refused`,
    why: closes
      ? 'A snippet can read every secret of the proxy; and since it may guard the paths, they answer 503 without it.'
      : 'A snippet can read every secret of the proxy. It has no effect.',
    fix: 'say the same with annotations, a ConfigMap key or an HTTPRoute filter, and remove the snippet',
  }
}
