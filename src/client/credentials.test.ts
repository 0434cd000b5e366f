import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proofSource } from './credentials.ts'
import type { Credentials } from './kubeconfig.ts'

const cluster = { server: 'https://anton', skipsVerification: false }
const plugin: Credentials = {
  kind: 'exec',
  plugin: {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: 'login',
    args: ['-x'],
    env: {},
    provideClusterInfo: true,
  },
}

function world(outputs: readonly { exitCode: number; stdout: string; stderr: string }[]) {
  let now = 0
  const runs: (string | undefined)[] = []
  const remaining = [...outputs]
  return {
    runs,
    advance(ms: number) {
      now += ms
    },
    clock: { now: () => now, setTimer: () => () => undefined },
    readText: () => ` token-${now} \n`,
    run: async (
      _: string,
      __: readonly string[],
      options: { readonly env?: Readonly<Record<string, string>> } = {},
    ) => {
      runs.push(options.env?.KUBERNETES_EXEC_INFO)
      return remaining.shift() ?? { exitCode: 1, stdout: '', stderr: 'no more' }
    },
  }
}

const credential = (token: string, expiresMs: number) => ({
  exitCode: 0,
  stdout: JSON.stringify({ status: { token, expirationTimestamp: new Date(expiresMs).toISOString() } }),
  stderr: '',
})

test('a plugin is asked once, again shortly before its answer runs out, and at once after a refusal', async () => {
  const outside = world([credential('one', 100_000), credential('two', 1_000_000), credential('three', 1_000_000)])
  const source = proofSource(plugin, cluster, outside)
  assert.deepEqual(await source.current(), { authorization: 'Bearer one' })
  outside.advance(69_000)
  assert.deepEqual(await source.current(), { authorization: 'Bearer one' })
  outside.advance(2_000)
  assert.deepEqual(await source.current(), { authorization: 'Bearer two' })
  source.forget()
  assert.deepEqual(await source.current(), { authorization: 'Bearer three' })
  assert.equal(JSON.parse(outside.runs[0] ?? '').spec.cluster.server, 'https://anton')
})

test('a plugin that fails is named with what it said, and is tried again the next time', async () => {
  const outside = world([{ exitCode: 3, stdout: '', stderr: 'please log in\n' }, credential('late', 1_000_000)])
  const source = proofSource(plugin, cluster, outside)
  await assert.rejects(source.current(), /credential plugin login ended with exit code 3: please log in/)
  assert.deepEqual(await source.current(), { authorization: 'Bearer late' })
})

test('a token file is read again after a minute', async () => {
  const outside = world([])
  const source = proofSource({ kind: 'token file', path: '/token' }, cluster, outside)
  assert.deepEqual(await source.current(), { authorization: 'Bearer token-0' })
  outside.advance(59_000)
  assert.deepEqual(await source.current(), { authorization: 'Bearer token-0' })
  outside.advance(2_000)
  assert.deepEqual(await source.current(), { authorization: 'Bearer token-61000' })
})
