// Where is a definition declared, and what is it called in OpenAPI?
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Folder of the packages → prefix of the definitions declared in it; the longest match wins. */
const prefixes: Readonly<Record<string, string>> = {
  'kubernetes-models/v1': 'io.k8s.api.core.v1',
  'kubernetes-models/apiextensions.k8s.io/v1': 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1',
  '@kubernetes-models/apimachinery/apis/meta/v1': 'io.k8s.apimachinery.pkg.apis.meta.v1',
  '@kubernetes-models/apimachinery/api/resource': 'io.k8s.apimachinery.pkg.api.resource',
  '@kubernetes-models/apimachinery/util/intstr': 'io.k8s.apimachinery.pkg.util.intstr',
  '@kubernetes-models/apimachinery/runtime': 'io.k8s.apimachinery.pkg.runtime',
  '@kubernetes-models/cilium/cilium.io/v2': 'io.cilium.v2',
  '@kubernetes-models/cilium/cilium.io/v2alpha1': 'io.cilium.v2alpha1',
  '@kubernetes-models/cilium/github.com/cilium/cilium/pkg/labels': 'io.cilium.labels',
  '@kubernetes-models/cilium/meta/v1': 'io.cilium.meta.v1',
  '@kubernetes-models/cilium/policy/api': 'io.cilium.policy.api',
  '@kubernetes-models/cilium/policy/kafka': 'io.cilium.policy.kafka',
  '@kubernetes-models/cilium/v1': 'io.cilium.v1',
  '@kubernetes-models/cert-manager/cert-manager.io/v1': 'io.cert-manager.v1',
  '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1': 'io.k8s.networking.gateway.v1',
}

/** `modulePath` is package, folders and name without extension, as in `kubernetes-models/apps/v1/Deployment`. */
export function definitionName(modulePath: string): string {
  const slash = modulePath.lastIndexOf('/')
  const [folder, name] = [modulePath.slice(0, slash), modulePath.slice(slash + 1)]
  const known = prefixes[folder]
  if (known !== undefined) return `${known}.${name}`
  const [, group = '', version = ''] = /^kubernetes-models\/([^/]+)\/([^/]+)$/.exec(folder) ?? []
  if (group === '') throw new Error(`no definition prefix is known for ${folder}`)
  return `io.k8s.api.${group.replace(/\..*/, '')}.${version}.${name}`
}

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** The module that declares a kind, in whichever package has it. */
export function modulePathOf(packages: string, { group, version, kind }: GroupVersionKind): string {
  const folder = group === '' ? version : `${group}/${version}`
  const candidates = [
    'kubernetes-models',
    '@kubernetes-models/cilium',
    '@kubernetes-models/cert-manager',
    '@kubernetes-models/gateway-api',
  ]
  const found = candidates
    .map(name => `${name}/${folder}/${kind}`)
    .find(path => existsSync(join(packages, `${path}.d.ts`)))
  if (found === undefined) throw new Error(`no package declares ${folder}/${kind}`)
  return found
}
