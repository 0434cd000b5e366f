// What commands and the running daemon say to each other: named calls and a stream of events over a Unix socket.
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createInterface } from 'node:readline'
import { json, text } from 'node:stream/consumers'

/** One entry for each call: what goes in and what comes out, both JSON. */
export type Calls<C> = { readonly [Name in keyof C]: { readonly input: unknown; readonly output: unknown } }

export type Handlers<C extends Calls<C>> = {
  readonly [Name in keyof C]: (input: C[Name]['input']) => Promise<C[Name]['output']>
}

export interface ControlServer<Event> extends AsyncDisposable {
  /** Sends the event to everyone who listens now. */
  publish(event: Event): void
}

export interface ControlClient<C extends Calls<C>, Event> {
  /** Rejects with `ControlError` when the daemon refuses, with the socket's error when nobody answers. */
  call<Name extends keyof C & string>(name: Name, input: C[Name]['input']): Promise<C[Name]['output']>
  /** Events from now on, until the daemon ends or the signal is given. */
  events(signal: AbortSignal): AsyncIterable<Event>
}

export class ControlError extends Error {
  override readonly name = 'ControlError'
}

/** Serves until disposed of. The socket is its owner's alone. */
export async function serveControl<C extends Calls<C>, Event>(
  path: string,
  handlers: Handlers<C>,
): Promise<ControlServer<Event>> {
  const listeners = new Set<ServerResponse>()
  const server = createServer((incoming, response) => {
    const name = (incoming.url ?? '').slice(1)
    if (incoming.method === 'GET' && name === 'events') {
      response.writeHead(200, { 'content-type': 'application/jsonl' }).flushHeaders()
      listeners.add(response)
      response.once('close', () => listeners.delete(response))
    } else {
      // `answer` handles its own failures.
      void answer(handlers, name, incoming, response)
    }
  })
  rmSync(path, { force: true })
  await new Promise<void>((resolve, reject) => {
    server.once('error', error => reject(new Error(`cannot listen on ${path}: ${error.message}`, { cause: error })))
    server.listen(path, resolve)
  })
  chmodSync(path, 0o600)
  return {
    publish: event => {
      const line = `${JSON.stringify(event)}\n`
      for (const listener of listeners) listener.write(line)
    },
    [Symbol.asyncDispose]: async () => {
      for (const listener of listeners) listener.end()
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

export function controlClient<C extends Calls<C>, Event>(path: string): ControlClient<C, Event> {
  return {
    call: async (name, input) => {
      const response = await send(path, { method: 'POST', name, body: JSON.stringify(input ?? null) })
      if (response.statusCode !== 200) throw new ControlError(await text(response))
      return json(response)
    },
    events: async function* (signal) {
      const response = await send(path, { method: 'GET', name: 'events', signal })
      try {
        // The daemon writes only what `publish` was given.
        for await (const line of createInterface({ input: response })) yield JSON.parse(line) as Event
      } catch (error) {
        if (!signal.aborted) throw error
      }
    },
  }
}

async function answer<C extends Calls<C>>(
  handlers: Handlers<C>,
  name: string,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (!isCall(handlers, name)) {
      throw new ControlError(`the daemon knows no call ${JSON.stringify(name)}; it may be of another version`)
    }
    const output = await handlers[name](await json(incoming))
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(output ?? null))
  } catch (error) {
    response
      .writeHead(500, { 'content-type': 'text/plain' })
      .end(error instanceof Error ? error.message : String(error))
  }
}

function isCall<C extends Calls<C>>(handlers: Handlers<C>, name: string): name is keyof C & string {
  return Object.hasOwn(handlers, name)
}

interface ControlRequest {
  readonly method: 'GET' | 'POST'
  readonly name: string
  readonly body?: string
  readonly signal?: AbortSignal
}

function send(path: string, { method, name, body, signal }: ControlRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: path, method, path: `/${name}`, agent: false, ...(signal && { signal }) })
    outgoing.once('response', resolve)
    outgoing.once('error', reject)
    outgoing.end(body)
  })
}
