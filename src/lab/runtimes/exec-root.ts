// Where does `kubectl exec` run in a container that has no processes of its own?
import type { ContainerContext } from '../runtime.ts'
import { ContainerRoot } from './container-root/container-root.ts'
import type { ExecRoot } from './stand-in/stand-in.ts'

export interface ExecRootOptions {
  readonly sharedDirectory: string
  readonly trustedCertificates?: string
}

/** A busybox root in the container's network, with its volumes, made when the first program is run in it. */
export function createExecRoot(context: ContainerContext, options: ExecRootOptions): ExecRoot {
  let root: ContainerRoot | undefined
  return {
    exec: async wanted => {
      root ??= ContainerRoot.start(context, { ...options, base: 'busybox' })
      const used = root
      void used.exited.then(() => {
        // Whoever kills process 1 gets a new root with the next program.
        if (root === used) root = undefined
      })
      return await used.exec(wanted)
    },
    stop: async () => {
      await root?.stop(0)
    },
  }
}
