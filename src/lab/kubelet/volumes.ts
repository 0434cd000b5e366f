// Which files does a pod's volume hold, and how do they reach a directory?
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import type { ConfigMap } from '../../objects/kinds/config-map.ts'
import type { Secret } from '../../objects/kinds/secret.ts'
import type { Mount } from '../runtime.ts'
import { fieldValue, type PodFacts, resourceValue } from './downward.ts'
import type { PodSources } from './environment.ts'
import type { ContainerSpec, VolumeSpec } from './pod-types.ts'

/** Paths below the volume, with their bytes; `mode` in octal as the API has it. */
type VolumeFiles = Map<string, { readonly bytes: Uint8Array; readonly mode: number }>

/** What a service account's token volume holds; absent when the cluster gives none. */
export interface ServiceAccountFiles {
  readonly token: string
  readonly caCertificate: string
}

export interface VolumeOptions {
  readonly facts: PodFacts
  readonly sources: PodSources
  /** The pod's own directory. */
  readonly directory: string
  /** The node's: what its hostPath volumes see in place of this machine's files. */
  readonly nodeDirectory: string
  readonly serviceAccount: ServiceAccountFiles | undefined
}

export const serviceAccountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
const serviceAccountVolume = 'kube-api-access'
const defaultMode = 0o644

/** The first volume that cannot be made yet, in the kubelet's words. */
export function missingVolume(
  options: Pick<VolumeOptions, 'facts' | 'sources' | 'serviceAccount'>,
): string | undefined {
  for (const volume of options.facts.pod.spec?.volumes ?? []) {
    const files = filesOf(volume, options)
    if (typeof files === 'string') return `MountVolume.SetUp failed for volume "${volume.name}" : ${files}`
  }
  return undefined
}

/** Makes the volumes that the container mounts, and says where they are. */
export function mountsOf(container: ContainerSpec, options: VolumeOptions): readonly Mount[] {
  const { pod } = options.facts
  const mounts: Mount[] = []
  for (const { name, mountPath, readOnly = false, subPath, subPathExpr } of container.volumeMounts ?? []) {
    const volume = pod.spec?.volumes?.find(one => one.name === name)
    if (volume === undefined) continue
    const directory = makeVolume(volume, options)
    const source = within(directory, subPath ?? subPathExpr ?? '')
    // A container may have put a link into its volume; followed from here it would lead to this machine's files.
    stayWithin(directory, source)
    if (!existsSync(source)) mkdirSync(source, { recursive: true })
    mounts.push({ source, target: normalize(`/${mountPath}`), readOnly: readOnly || isWrittenByUs(volume) })
  }
  const isMounted = mounts.some(({ target }) => target === serviceAccountPath)
  const wantsAccount = pod.spec?.automountServiceAccountToken !== false && !isMounted
  const account = wantsAccount ? options.serviceAccount : undefined
  if (account !== undefined) {
    const source = join(options.directory, 'volumes', serviceAccountVolume)
    writeVolume(source, accountFiles(account, pod.metadata.namespace ?? 'default'))
    mounts.push({ source, target: serviceAccountPath, readOnly: true })
  }
  return mounts
}

/** Writes again what a changed ConfigMap or Secret holds; containers see it at once. */
export function refreshVolumes(options: VolumeOptions): void {
  for (const volume of options.facts.pod.spec?.volumes ?? []) {
    if (isWrittenByUs(volume) && existsSync(volumeDirectory(volume, options))) makeVolume(volume, options)
  }
}

/** `namespace/name` of the ConfigMaps and Secrets that a pod's volumes hold. */
export function volumeReferences(pod: PodFacts['pod']): readonly string[] {
  const names = (pod.spec?.volumes ?? []).flatMap(volume => [
    volume.configMap?.name,
    volume.secret?.secretName,
    ...(volume.projected?.sources ?? []).flatMap(source => [source.configMap?.name, source.secret?.name]),
  ])
  return names.filter(name => name !== undefined).map(name => `${pod.metadata.namespace ?? 'default'}/${name}`)
}

function isWrittenByUs(volume: VolumeSpec): boolean {
  return [volume.configMap, volume.secret, volume.downwardAPI, volume.projected].some(source => source !== undefined)
}

function volumeDirectory(volume: VolumeSpec, { directory, nodeDirectory }: VolumeOptions): string {
  const hostPath = volume.hostPath?.path
  return hostPath === undefined
    ? join(directory, 'volumes', volume.name)
    : within(join(nodeDirectory, 'host'), hostPath)
}

function makeVolume(volume: VolumeSpec, options: VolumeOptions): string {
  const directory = volumeDirectory(volume, options)
  if (volume.hostPath !== undefined) {
    const root = join(options.nodeDirectory, 'host')
    mkdirSync(root, { recursive: true })
    stayWithin(root, directory)
  }
  mkdirSync(directory, { recursive: true })
  const files = filesOf(volume, options)
  if (typeof files === 'string') throw new Error(files)
  if (files !== undefined) writeVolume(directory, files)
  return directory
}

/** The files of the volume; undefined for one that begins empty; a text when something is missing. */
function filesOf(
  volume: VolumeSpec,
  options: Pick<VolumeOptions, 'facts' | 'sources' | 'serviceAccount'>,
): VolumeFiles | undefined | string {
  const { facts, sources } = options
  const namespace = facts.pod.metadata.namespace ?? 'default'
  const files: VolumeFiles = new Map()
  const problems: string[] = []
  const take = (
    source: { readonly name?: string; readonly items?: Items; readonly optional?: boolean },
    noun: 'configmap' | 'secret',
    mode: number,
  ) => {
    const key = `${namespace}/${source.name ?? ''}`
    const data =
      noun === 'configmap' ? configMapBytes(sources.configMaps.get(key)) : secretBytes(sources.secrets.get(key))
    if (data === undefined) {
      if (source.optional !== true) problems.push(`${noun} "${source.name ?? ''}" not found`)
      return
    }
    const items = source.items ?? [...data.keys()].map((one): Item => ({ key: one, path: one }))
    for (const item of items) {
      const bytes = data.get(item.key)
      if (bytes !== undefined) files.set(item.path, { bytes, mode: item.mode ?? mode })
      else if (source.optional !== true) problems.push(`references non-existent ${noun} key: ${item.key}`)
    }
  }
  const downward = (items: DownwardItems, mode: number) => {
    for (const { path, fieldRef, resourceFieldRef, mode: own } of items) {
      const container = facts.pod.spec?.containers.find(({ name }) => name === resourceFieldRef?.containerName)
      const text =
        fieldRef !== undefined ? fieldValue(facts, fieldRef.fieldPath)
        : resourceFieldRef !== undefined && container !== undefined ? resourceValue(facts, container, resourceFieldRef)
        : undefined // biome-ignore format: a table
      files.set(path, { bytes: Buffer.from(text ?? ''), mode: own ?? mode })
    }
  }
  const { configMap, secret, downwardAPI, projected } = volume
  if (configMap !== undefined) take(configMap, 'configmap', configMap.defaultMode ?? defaultMode)
  else if (secret !== undefined)
    take({ ...secret, name: secret.secretName ?? '' }, 'secret', secret.defaultMode ?? defaultMode)
  else if (downwardAPI !== undefined) downward(downwardAPI.items ?? [], downwardAPI.defaultMode ?? defaultMode)
  else if (projected !== undefined) {
    const mode = projected.defaultMode ?? defaultMode
    for (const source of projected.sources ?? []) {
      if (source.configMap !== undefined) take(source.configMap, 'configmap', mode)
      if (source.secret !== undefined) take(source.secret, 'secret', mode)
      if (source.downwardAPI !== undefined) downward(source.downwardAPI.items ?? [], mode)
      const account = source.serviceAccountToken === undefined ? undefined : options.serviceAccount
      if (source.serviceAccountToken !== undefined && account !== undefined) {
        files.set(source.serviceAccountToken.path, { bytes: Buffer.from(account.token), mode })
      }
    }
  } else return undefined
  return problems[0] ?? files
}

type Item = { readonly key: string; readonly path: string; readonly mode?: number }
type Items = readonly Item[]
type DownwardItems = NonNullable<NonNullable<VolumeSpec['downwardAPI']>['items']>

function configMapBytes(configMap: ConfigMap | undefined): Map<string, Uint8Array> | undefined {
  if (configMap === undefined) return undefined
  const text = Object.entries(configMap.data ?? {}).map(([key, value]) => [key, Buffer.from(value)] as const)
  const binary = Object.entries(configMap.binaryData ?? {}).map(
    ([key, value]) => [key, Buffer.from(String(value), 'base64')] as const,
  )
  return new Map<string, Uint8Array>([...text, ...binary])
}

function secretBytes(secret: Secret | undefined): Map<string, Uint8Array> | undefined {
  if (secret === undefined) return undefined
  return new Map(Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]))
}

function accountFiles({ token, caCertificate }: ServiceAccountFiles, namespace: string): VolumeFiles {
  const file = (text: string) => ({ bytes: Buffer.from(text), mode: defaultMode })
  return new Map([
    ['token', file(token)],
    ['ca.crt', file(caCertificate)],
    ['namespace', file(namespace)],
  ])
}

/** Files change by renaming, so that a reader sees the old or the new one and never half of it. */
function writeVolume(directory: string, files: VolumeFiles): void {
  mkdirSync(directory, { recursive: true })
  for (const [path, { bytes, mode }] of files) {
    const file = within(directory, path)
    if (existsSync(file) && readFileSync(file).equals(bytes)) continue
    mkdirSync(dirname(file), { recursive: true })
    const fresh = `${file}.new`
    writeFileSync(fresh, bytes)
    chmodSync(fresh, mode)
    renameSync(fresh, file)
  }
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && !files.has(relative(directory, path))) rmSync(path)
  }
}

/** Throws when the path, as far as it exists, leads out of the directory by a link. */
function stayWithin(directory: string, path: string): void {
  let existing = path
  while (lstatSync(existing, { throwIfNoEntry: false }) === undefined) existing = dirname(existing)
  const [root, target] = [realpathSync(directory), realpathSync(existing)]
  if (target !== root && !target.startsWith(`${root}${sep}`))
    throw new Error(`the path ${relative(directory, path)} leads out of its volume by a link`)
}

/** The path below the directory. A path that climbs out of it is a mistake of the manifest, or worse. */
function within(directory: string, path: string): string {
  const full = normalize(join(directory, path))
  if (full !== directory && !full.startsWith(`${directory}${sep}`))
    throw new Error(`the path ${path} leads out of its volume`)
  return full
}
