// The text of a kubeconfig that lets kubectl in with a client certificate. It holds a private key: write it 0600.
import { stringify } from 'yaml'
import type { KeyPair } from './authority.ts'

export interface KubeconfigRequest {
  /** Name of cluster, user and context. */
  readonly name: string
  /** `https://127.0.0.1:6443` */
  readonly server: string
  /** Who signed the server's certificate. */
  readonly authorityPem: string
  readonly client: KeyPair
  /** Default namespace of the context; `default` when absent. */
  readonly namespace?: string
}

export function renderKubeconfig(request: KubeconfigRequest): string {
  const { name } = request
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name, cluster: { server: request.server, 'certificate-authority-data': base64(request.authorityPem) } },
      ],
      users: [
        {
          name,
          user: {
            'client-certificate-data': base64(request.client.certificatePem),
            'client-key-data': base64(request.client.privateKeyPem),
          },
        },
      ],
      contexts: [
        {
          name,
          context: {
            cluster: name,
            user: name,
            ...(request.namespace === undefined ? {} : { namespace: request.namespace }),
          },
        },
      ],
      'current-context': name,
    },
    { lineWidth: 0 },
  )
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}
