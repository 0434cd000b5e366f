// In which form a client wants its answer: the object itself, a table, or only the metadata; as JSON or YAML.
import { ApiError } from '../../objects/api-error.ts'

export interface Form {
  readonly as: 'object' | 'table' | 'metadata'
  readonly encoding: 'json' | 'yaml'
  /** `v1` or `v1beta1`, for tables and metadata. */
  readonly version: string
}

const plain: Form = { as: 'object', encoding: 'json', version: 'v1' }
const jsonTypes = new Set(['application/json', 'application/*', '*/*'])

/** The first form of the `Accept` header that the server has; throws 406 when there is none. */
export function negotiate(accept: string | undefined): Form {
  if (accept === undefined || accept.trim() === '') return plain
  for (const { type, parameters } of mediaRanges(accept)) {
    const encoding = jsonTypes.has(type) ? 'json' : type === 'application/yaml' ? 'yaml' : undefined
    if (encoding === undefined) continue
    const as = parameters.get('as')
    if (as === undefined) return { as: 'object', encoding, version: 'v1' }
    const version = parameters.get('v') ?? ''
    if (parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) continue
    if (as === 'Table') return { as: 'table', encoding, version }
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
      return { as: 'metadata', encoding, version }
  }
  throw notAcceptable(['application/json', 'application/yaml'])
}

export function notAcceptable(types: readonly string[]): ApiError {
  return new ApiError(406, 'NotAcceptable', `only the following media types are accepted: ${types.join(', ')}`)
}

export interface MediaRange {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

/** In the client's order of preference: by `q`, then as written. */
export function mediaRanges(accept: string): readonly MediaRange[] {
  const ranges = accept.split(',').map(text => {
    const [type = '', ...rest] = text.split(';').map(part => part.trim())
    const parameters = new Map(rest.map(part => splitParameter(part)))
    return { type: type.toLowerCase(), parameters, quality: Number(parameters.get('q') ?? 1) }
  })
  return ranges.filter(range => range.quality > 0).sort((a, b) => b.quality - a.quality)
}

function splitParameter(text: string): [string, string] {
  const at = text.indexOf('=')
  return at < 0 ? [text, ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}
