// What proves to the API server who we are, right now?
import type { Runner } from '../sys/runner.ts'
import type { Clock } from './clock.ts'
import type { Cluster, Credentials, ExecPlugin } from './kubeconfig.ts'

/** What one request carries. */
export interface Proof {
  readonly authorization?: string
  readonly certificate?: string
  readonly key?: string
}

export interface ProofSource {
  /** Rejects when it cannot be had; the message names the plugin or file. */
  current(): Promise<Proof>
  /** The server did not accept it (401): the next `current` asks anew. */
  forget(): void
}

export interface CredentialWorld {
  readonly clock: Clock
  readonly readText: (path: string) => string | undefined
  /** Runs exec plugins. */
  readonly run: Runner['run']
}

/** Rotated token files are read again this often, as client-go does. */
const tokenFileAgeMs = 60_000
/** A credential is renewed a little before it runs out. */
const renewalMarginMs = 30_000
const pluginTimeoutMs = 60_000

export function proofSource(credentials: Credentials, cluster: Cluster, world: CredentialWorld): ProofSource {
  let held: { readonly proof: Promise<Proof>; untilMs: number } | undefined
  const { clock } = world

  const hold = (proof: Promise<Proof>, untilMs: number) => {
    const entry = { proof, untilMs }
    held = entry
    // A failure is not kept: the next request tries again.
    proof.catch(() => {
      if (held === entry) held = undefined
    })
    return entry
  }

  const obtain = (): Promise<Proof> => {
    switch (credentials.kind) {
      case 'none':
        return Promise.resolve({})
      case 'certificate':
        return Promise.resolve({ certificate: credentials.certificate, key: credentials.key })
      case 'token':
        return Promise.resolve(bearer(credentials.token))
      case 'password': {
        const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')
        return Promise.resolve({ authorization: `Basic ${pair}` })
      }
      case 'token file': {
        const token = world.readText(credentials.path)?.trim()
        if (!token) return Promise.reject(new Error(`token file ${credentials.path} is empty or cannot be read`))
        return hold(Promise.resolve(bearer(token)), clock.now() + tokenFileAgeMs).proof
      }
      case 'exec': {
        const answer = runPlugin(credentials.plugin, cluster, world)
        const entry = hold(
          answer.then(({ proof }) => proof),
          Number.POSITIVE_INFINITY,
        )
        // A rejection reaches the caller through `proof`.
        answer.then(
          ({ expiresMs }) => {
            if (expiresMs !== undefined) entry.untilMs = expiresMs - renewalMarginMs
          },
          () => undefined,
        )
        return entry.proof
      }
    }
  }

  return {
    current: () => (held !== undefined && clock.now() < held.untilMs ? held.proof : obtain()),
    forget() {
      held = undefined
    },
  }
}

function bearer(token: string): Proof {
  return { authorization: `Bearer ${token}` }
}

interface ExecCredential {
  readonly status?: {
    readonly token?: string
    readonly clientCertificateData?: string
    readonly clientKeyData?: string
    readonly expirationTimestamp?: string
  }
}

/** The protocol of client.authentication.k8s.io: the plugin prints an ExecCredential. */
async function runPlugin(
  plugin: ExecPlugin,
  cluster: Cluster,
  { run }: CredentialWorld,
): Promise<{ readonly proof: Proof; readonly expiresMs?: number }> {
  const authority = cluster.certificateAuthority
  const info = {
    server: cluster.server,
    ...(cluster.skipsVerification ? { 'insecure-skip-tls-verify': true } : {}),
    ...(authority === undefined ? {} : { 'certificate-authority-data': Buffer.from(authority).toString('base64') }),
    ...(cluster.serverName === undefined ? {} : { 'tls-server-name': cluster.serverName }),
  }
  const request = {
    apiVersion: plugin.apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(plugin.provideClusterInfo ? { cluster: info } : {}) },
  }
  const env = { ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(request) }
  const result = await run(plugin.command, plugin.args, { env, timeoutMs: pluginTimeoutMs })
  if (result.exitCode !== 0) {
    const said = result.stderr.trim().split('\n').at(-1) ?? ''
    throw new Error(`credential plugin ${plugin.command} ended with exit code ${result.exitCode}: ${said}`)
  }
  const status = parseCredential(plugin, result.stdout).status ?? {}
  const expiresMs = Date.parse(status.expirationTimestamp ?? '')
  const { token, clientCertificateData: certificate, clientKeyData: key } = status
  if (token === undefined && (certificate === undefined || key === undefined)) {
    throw new Error(`credential plugin ${plugin.command} gave neither a token nor a certificate with its key`)
  }
  const proof = {
    ...(token === undefined ? {} : bearer(token)),
    ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
  }
  return Number.isNaN(expiresMs) ? { proof } : { proof, expiresMs }
}

function parseCredential(plugin: ExecPlugin, text: string): ExecCredential {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null) return parsed as ExecCredential
  } catch (cause) {
    throw new Error(`credential plugin ${plugin.command} did not print an ExecCredential`, { cause })
  }
  throw new Error(`credential plugin ${plugin.command} did not print an ExecCredential`)
}
