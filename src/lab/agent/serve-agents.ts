// How do programs in the agents' pods ask? Over one Unix socket: the node in the path, the arguments in the body.
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { AgentAnswer } from './node-agent.ts'

export interface AgentServerOptions {
  readonly socket: string
  /** The agent of that node; undefined when there is no such node. */
  readonly agentOf: (node: string) => { answer(argv: readonly string[]): Promise<AgentAnswer> } | undefined
}

/**
 * `POST /<node>` with the arguments, each ended by a NUL byte. The answer is a line with exit code and stream, then the text:
 * what a shell can take apart without any other program.
 */
export async function serveAgents({ socket, agentOf }: AgentServerOptions): Promise<AsyncDisposable> {
  const server = createServer((request, response) => {
    // `reply` handles its own failures.
    void reply(request, response)
  })

  async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const node = decodeURIComponent((request.url ?? '').slice(1))
      const argv = (await text(request)).split('\0').slice(0, -1)
      const agent = agentOf(node)
      const answer: AgentAnswer = (await agent?.answer(argv)) ?? {
        exitCode: 3,
        stream: 'stderr',
        text: `cilium: no answer: there is no node ${JSON.stringify(node)}\n`,
      }
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.end(`${answer.exitCode} ${answer.stream}\n${answer.text}`)
    } catch (error) {
      response.destroy(error instanceof Error ? error : new Error(String(error)))
    }
  }

  rmSync(socket, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(new Error(`cannot listen on ${socket}: ${error.message}`, { cause: error })))
    server.listen(socket, resolve)
  })
  chmodSync(socket, 0o600)
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}
