// The query parameters of each verb, as OpenAPI lists them; kubectl looks here for `fieldValidation`.

interface Parameter {
  readonly name: string
  readonly in: 'query' | 'path'
  readonly description: string
  readonly required?: true
  readonly schema: { readonly type: 'string' | 'boolean' | 'integer'; readonly uniqueItems: true }
}

function query(name: string, type: 'string' | 'boolean' | 'integer', description: string): Parameter {
  return { name, in: 'query', description, schema: { type, uniqueItems: true } }
}

function inPath(name: string, description: string): Parameter {
  return { name, in: 'path', description, required: true, schema: { type: 'string', uniqueItems: true } }
}

export const namespaceParameter = inPath('namespace', 'object name and auth scope, such as for teams and projects')
export const nameParameter = (kind: string) => inPath('name', `name of the ${kind}`)

const dryRun = query('dryRun', 'string', 'All: everything is done but storing the result')
const fieldManager = query('fieldManager', 'string', 'who makes the change, for metadata.managedFields')
const fieldValidation = query(
  'fieldValidation',
  'string',
  'What happens to unknown fields. Ignore: they are dropped. Warn: dropped, with a warning. Strict: the request fails.',
)

export const writeParameters: readonly Parameter[] = [dryRun, fieldManager, fieldValidation]

export const patchParameters: readonly Parameter[] = [
  ...writeParameters,
  query('force', 'boolean', 'server-side apply takes over fields that others own'),
]

export const listParameters: readonly Parameter[] = [
  query('allowWatchBookmarks', 'boolean', 'a watch sends marks of how far it has come'),
  query('continue', 'string', 'goes on with a list that a limit cut'),
  query('fieldSelector', 'string', 'only objects with these values of fields'),
  query('labelSelector', 'string', 'only objects with these labels'),
  query('limit', 'integer', 'at most so many objects at once'),
  query('resourceVersion', 'string', 'not older than this version'),
  query('resourceVersionMatch', 'string', 'how resourceVersion is meant: Exact or NotOlderThan'),
  query('sendInitialEvents', 'boolean', 'a watch begins with the present objects'),
  query('timeoutSeconds', 'integer', 'a watch ends after so long'),
  query('watch', 'boolean', 'changes as they happen instead of a list'),
]

export const deleteParameters: readonly Parameter[] = [
  dryRun,
  query('gracePeriodSeconds', 'integer', 'how long a Pod has to stop'),
  query('orphanDependents', 'boolean', 'deprecated: use propagationPolicy'),
  query('propagationPolicy', 'string', 'what happens to dependents: Orphan, Background or Foreground'),
]
