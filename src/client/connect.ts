// From a kubeconfig's target to a working Client.
import type { Client } from './client.ts'
import { type CredentialWorld, proofSource } from './credentials.ts'
import type { Target } from './kubeconfig.ts'
import { remoteClient } from './remote.ts'
import { createTransport } from './transport.ts'

export interface Connection extends Disposable {
  readonly client: Client
  /** Namespace to use when the user names none. */
  readonly namespace: string
}

/** Nothing is sent before the first call of the client. Disposal closes the idle connections. */
export function connect(target: Target, world: CredentialWorld): Connection {
  const transport = createTransport(target.cluster, proofSource(target.credentials, target.cluster, world))
  return {
    client: remoteClient(transport),
    namespace: target.namespace,
    [Symbol.dispose]: () => transport.close(),
  }
}
