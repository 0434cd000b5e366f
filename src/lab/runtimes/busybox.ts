// How do containers with a shell run: real programs in the pod's network, from busybox or from this machine?
import type { ExecOptions, ExecSession } from '../../apiserver/pod-streams.ts'
import { expandReferences } from '../kubelet/environment.ts'
import type { Container, ContainerContext, RunningContainer, Runtime } from '../runtime.ts'
import { shareSession } from './attach.ts'
import { ContainerRoot, type RootBase } from './container-root/container-root.ts'

export interface BusyboxOptions {
  /** For what all containers share: one busybox with its links. */
  readonly sharedDirectory: string
  /** PEM of the authorities that programs inside trust. */
  readonly trustedCertificates?: string
}

interface Image {
  /** Matches the last part of the image's name, without its tag. */
  readonly name: RegExp
  readonly base: RootBase
  readonly entrypoint?: readonly string[]
  readonly command: readonly string[]
}

/**
 * Which images are real, and how. Small ones get a root with nothing but busybox; tool boxes see this machine's programs,
 * with what they write kept apart. The first match counts.
 */
const images: readonly Image[] = [
  { name: /^busybox/, base: 'busybox', command: ['sh'] },
  { name: /^alpine/, base: 'busybox', command: ['/bin/sh'] },
  { name: /^curl$/, base: 'host', entrypoint: ['curl'], command: ['--help'] },
  { name: /^(?:netshoot|network-multitool|dnsutils)/, base: 'host', command: ['bash'] },
  { name: /^(?:debian|ubuntu|bash)$/, base: 'host', command: ['bash'] },
] // biome-ignore format: a table

export function createBusybox(options: BusyboxOptions): Runtime {
  return {
    name: 'busybox',
    matches: container => imageOf(container) !== undefined,
    describe: image => {
      const base = imageOf({ name: '', image })?.base
      const what =
        base === 'host' ? "this machine's programs in a private file system" : 'busybox in a private file system'
      return `Container image "${image}" is not pulled: it runs ${what}`
    },
    start: async context => startBusybox(context, options),
  }
}

function imageOf(container: Container): Image | undefined {
  const last = (container.image ?? '').split('/').at(-1) ?? ''
  const name = last.replace(/[:@].*$/, '')
  return images.find(image => image.name.test(name))
}

/** An image's entrypoint and command, replaced as Kubernetes has it: `command` replaces both, `args` the latter. */
function commandOf(container: Container, image: Image, env: Readonly<Record<string, string>>): readonly string[] {
  const { command = [], args = [] } = container
  const words =
    command.length > 0 ? [...command, ...args]
    : [...(image.entrypoint ?? []), ...(args.length > 0 ? args : image.command)] // biome-ignore format: two cases
  return words.map(word => expandReferences(word, env))
}

function startBusybox(context: ContainerContext, options: BusyboxOptions): RunningContainer {
  const { container, log, env } = context
  const image = imageOf(container)
  if (image === undefined) throw new Error(`image ${container.image ?? ''} is not one that busybox stands for`)
  const root = ContainerRoot.start(context, {
    ...options,
    base: image.base,
    command: commandOf(container, image, env),
  })
  const shared = shareSession(root.main, {
    log,
    tty: container.tty === true,
    isStdinOnce: container.stdinOnce === true,
  })
  return {
    exited: root.exited,
    exec: (execOptions: ExecOptions): Promise<ExecSession> => root.exec(execOptions),
    attach: async (attachOptions: ExecOptions) => shared.attach(attachOptions),
    stop: graceMs => root.stop(graceMs),
  }
}
