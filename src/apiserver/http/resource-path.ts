// What a URL path asks for: a resource of the API, or something else.

export interface ResourcePath {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly namespace?: string
  readonly name?: string
  readonly subresource?: string
  /** What follows the subresource, as in `pods/x/proxy/metrics`; begins with a slash when there is any. */
  readonly rest: string
}

/** Subresources of Namespace objects, which look like resources inside the namespace. */
const namespaceSubresources = new Set(['status', 'finalize'])

/** `/api/v1/…` and `/apis/<group>/<version>/…`; undefined for every other path. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const steps = path.split('/').slice(1)
  const core = steps[0] === 'api'
  if (!core && steps[0] !== 'apis') return undefined
  const [group = '', version] = core ? ['', steps[1]] : [steps[1], steps[2]]
  const tail = steps.slice(core ? 2 : 3).map(decodeStep)
  if (version === undefined || tail[0] === undefined || tail[0] === '') return undefined
  const [first, second, third] = tail
  const inNamespace =
    first === 'namespaces' && second !== undefined && third !== undefined && !namespaceSubresources.has(third)
  const [plural = '', name, subresource, ...rest] = inNamespace ? tail.slice(2) : tail
  if (plural === '') return undefined
  return {
    group,
    version,
    plural,
    ...(inNamespace ? { namespace: second } : {}),
    ...(name === undefined || name === '' ? {} : { name }),
    ...(subresource === undefined || subresource === '' ? {} : { subresource }),
    rest: rest.length === 0 ? '' : `/${rest.join('/')}`,
  }
}

function decodeStep(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    // A stray % names nothing that exists; the lookup will say so.
    return step
  }
}
