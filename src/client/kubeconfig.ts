// Which API server does a kubeconfig lead to, and how does one prove there who one is?
import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'

/** Files and environment come from outside, so that this is as testable as arithmetic. */
export interface KubeconfigSources {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly homeDirectory: string
  /** Undefined when there is no such file. */
  readonly readText: (path: string) => string | undefined
  /** From `--kubeconfig`; comes before everything else. */
  readonly path?: string
  /** From `--context`; the current one of the file otherwise. */
  readonly context?: string
}

export interface Cluster {
  /** Without a final slash. */
  readonly server: string
  readonly certificateAuthority?: string
  readonly skipsVerification: boolean
  /** The name that the server's certificate must carry, when it is not that of the URL. */
  readonly serverName?: string
}

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'certificate'; readonly certificate: string; readonly key: string }
  | { readonly kind: 'token'; readonly token: string }
  /** Read anew for requests, as such files are rotated. */
  | { readonly kind: 'token file'; readonly path: string }
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'exec'; readonly plugin: ExecPlugin }

export interface ExecPlugin {
  readonly apiVersion: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly provideClusterInfo: boolean
}

export interface Target {
  /** Name of the context; undefined inside a cluster. */
  readonly context?: string
  readonly cluster: Cluster
  readonly credentials: Credentials
  /** Default namespace of the context. */
  readonly namespace: string
}

export type TargetResult =
  | { readonly kind: 'target'; readonly target: Target }
  /** `why` names the file and what to do. */
  | { readonly kind: 'refused'; readonly why: string }

interface Named {
  /** The file that the entry stands in: relative paths in it count from there. */
  readonly file: string
  readonly content: Fields
}

type Fields = Readonly<Record<string, unknown>>

const serviceAccountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount'

/** `--kubeconfig`, else KUBECONFIG, else ~/.kube/config; inside a cluster, without any of them, its service account. */
export function findTarget(sources: KubeconfigSources): TargetResult {
  const paths = pathsOf(sources)
  const texts = paths.map(path => ({ path, text: sources.readText(path) }))
  if (sources.path !== undefined && texts[0]?.text === undefined) {
    return refuse(`kubeconfig ${sources.path} does not exist or cannot be read`)
  }
  const files = texts.flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]))
  if (files.length === 0) {
    return (
      findServiceAccount(sources) ?? refuse(`no kubeconfig found at ${paths.join(', ')}; name one with --kubeconfig`)
    )
  }
  return readTarget(sources, files)
}

function pathsOf({ env, homeDirectory, path }: KubeconfigSources): readonly string[] {
  if (path !== undefined) return [path]
  const listed = (env.KUBECONFIG ?? '').split(':').filter(part => part !== '')
  return listed.length > 0 ? listed : [`${homeDirectory}/.kube/config`]
}

function readTarget(
  sources: KubeconfigSources,
  files: readonly { readonly path: string; readonly text: string }[],
): TargetResult {
  const entries = {
    clusters: new Map<string, Named>(),
    users: new Map<string, Named>(),
    contexts: new Map<string, Named>(),
  }
  let current = sources.context
  for (const { path, text } of files) {
    const parsed = parseFile(path, text)
    if (typeof parsed === 'string') return refuse(parsed)
    // As kubectl merges: the first file that says something wins.
    current ??= textOf(parsed['current-context']) || undefined
    for (const section of ['clusters', 'users', 'contexts'] as const) {
      const inner = section.slice(0, -1)
      for (const entry of listOf(parsed[section])) {
        const name = textOf(entry.name)
        if (name !== undefined && !entries[section].has(name)) {
          entries[section].set(name, { file: path, content: fieldsOf(entry[inner]) })
        }
      }
    }
  }
  const where = files.map(({ path }) => path).join(', ')
  if (current === undefined) return refuse(`${where} names no current-context; choose one with --context`)
  const context = entries.contexts.get(current)
  if (context === undefined) {
    const known = [...entries.contexts.keys()].sort().join(', ') || 'none'
    return refuse(`${where} has no context ${JSON.stringify(current)}; it has: ${known}`)
  }
  const clusterName = textOf(context.content.cluster) ?? ''
  const cluster = entries.clusters.get(clusterName)
  if (cluster === undefined)
    return refuse(
      `context ${JSON.stringify(current)} names cluster ${JSON.stringify(clusterName)}, which ${where} lacks`,
    )
  const userName = textOf(context.content.user)
  const user = userName === undefined ? undefined : entries.users.get(userName)
  if (userName !== undefined && userName !== '' && user === undefined) {
    return refuse(`context ${JSON.stringify(current)} names user ${JSON.stringify(userName)}, which ${where} lacks`)
  }
  const readCluster = clusterOf(cluster, sources)
  if (typeof readCluster === 'string') return refuse(readCluster)
  const credentials = user === undefined ? ({ kind: 'none' } as const) : credentialsOf(user, sources)
  if (typeof credentials === 'string') return refuse(credentials)
  const namespace = textOf(context.content.namespace) ?? 'default'
  return { kind: 'target', target: { context: current, cluster: readCluster, credentials, namespace } }
}

function parseFile(path: string, text: string): Fields | string {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const error = document.errors[0]
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    return `${path}:${line}:${col}: ${error.message.split('\n')[0]}`
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) return {}
  return isMap(document.contents) ? fieldsOf(document.toJS()) : `${path}: not a kubeconfig: expected a mapping`
}

function clusterOf({ file, content }: Named, sources: KubeconfigSources): Cluster | string {
  const server = textOf(content.server)
  if (server === undefined || !/^https?:\/\//.test(server)) return `${file}: cluster without a server URL`
  if (textOf(content['proxy-url'])) return `${file}: proxy-url is not supported; reach ${server} without a proxy`
  const authority = dataOrFile(content, 'certificate-authority', { file, sources })
  if (authority.kind === 'missing') return authority.why
  const serverName = textOf(content['tls-server-name'])
  return {
    server: server.replace(/\/+$/, ''),
    skipsVerification: content['insecure-skip-tls-verify'] === true,
    ...(authority.text === undefined ? {} : { certificateAuthority: authority.text }),
    ...(serverName === undefined ? {} : { serverName }),
  }
}

function credentialsOf({ file, content }: Named, sources: KubeconfigSources): Credentials | string {
  const exec = fieldsOf(content.exec)
  const command = textOf(exec.command)
  if (command !== undefined) {
    const env = Object.fromEntries(listOf(exec.env).map(({ name, value }) => [textOf(name) ?? '', textOf(value) ?? '']))
    const args = Array.isArray(exec.args) ? exec.args.map(String) : []
    const apiVersion = textOf(exec.apiVersion) ?? 'client.authentication.k8s.io/v1'
    // A command with a slash counts from its file, a bare name is looked up in PATH.
    const path = command.includes('/') ? resolvePath(file, command) : command
    const plugin = { apiVersion, command: path, args, env, provideClusterInfo: exec.provideClusterInfo === true }
    return { kind: 'exec', plugin }
  }
  const token = textOf(content.token)
  if (token !== undefined && token !== '') return { kind: 'token', token }
  const tokenFile = textOf(content.tokenFile)
  if (tokenFile !== undefined) return { kind: 'token file', path: resolvePath(file, tokenFile) }
  const certificate = dataOrFile(content, 'client-certificate', { file, sources })
  const key = dataOrFile(content, 'client-key', { file, sources })
  if (certificate.kind === 'missing') return certificate.why
  if (key.kind === 'missing') return key.why
  if (certificate.text !== undefined && key.text !== undefined) {
    return { kind: 'certificate', certificate: certificate.text, key: key.text }
  }
  const [username, password] = [textOf(content.username), textOf(content.password)]
  if (username !== undefined && password !== undefined) return { kind: 'password', username, password }
  if (content['auth-provider'] !== undefined) {
    return `${file}: auth-provider was removed from Kubernetes in 1.26; use an exec plugin`
  }
  return { kind: 'none' }
}

function findServiceAccount({ env, readText }: KubeconfigSources): TargetResult | undefined {
  const host = env.KUBERNETES_SERVICE_HOST
  const token = `${serviceAccountDirectory}/token`
  if (host === undefined || readText(token) === undefined) return undefined
  const port = env.KUBERNETES_SERVICE_PORT ?? '443'
  const certificateAuthority = readText(`${serviceAccountDirectory}/ca.crt`)
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`
  const cluster = { server, skipsVerification: false, ...(certificateAuthority && { certificateAuthority }) }
  const namespace = readText(`${serviceAccountDirectory}/namespace`)?.trim() || 'default'
  return { kind: 'target', target: { cluster, credentials: { kind: 'token file', path: token }, namespace } }
}

type Material = { readonly kind: 'read'; readonly text?: string } | { readonly kind: 'missing'; readonly why: string }

/** `<field>-data` holds base64 and wins over `<field>`, which names a file. */
function dataOrFile(
  content: Fields,
  field: string,
  { file, sources }: { readonly file: string; readonly sources: KubeconfigSources },
): Material {
  const data = textOf(content[`${field}-data`])
  if (data !== undefined && data !== '') return { kind: 'read', text: Buffer.from(data, 'base64').toString('utf8') }
  const named = textOf(content[field])
  if (named === undefined || named === '') return { kind: 'read' }
  const path = resolvePath(file, named)
  const text = sources.readText(path)
  return text === undefined
    ? { kind: 'missing', why: `${file}: ${field} ${path} cannot be read` }
    : { kind: 'read', text }
}

function resolvePath(file: string, named: string): string {
  const slash = file.lastIndexOf('/')
  return named.startsWith('/') || slash < 0 ? named : `${file.slice(0, slash)}/${named}`
}

function refuse(why: string): TargetResult {
  return { kind: 'refused', why }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : []
}
