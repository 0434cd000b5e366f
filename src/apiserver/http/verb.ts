// The Kubernetes verb of an HTTP request.

import { isTrue } from './query-value.ts'
import type { ResourcePath } from './resource-path.ts'

export function verbOf(
  request: { readonly method: string; readonly query: URLSearchParams },
  target: ResourcePath,
): string {
  const one = target.name !== undefined
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      return isTrue(request.query.get('watch')) ? 'watch' : one ? 'get' : 'list'
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'DELETE':
      return one ? 'delete' : 'deletecollection'
    default:
      return request.method.toLowerCase()
  }
}
