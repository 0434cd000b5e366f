// Does every kubectl that this machine has, from 1.30 on, work against the lab? They differ in transports and content types.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, realpathSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { fetchText } from './fetch-text.testing.ts'
import { documents, startLab, type TestLab } from './lab.testing.ts'
import { app } from './manifests.testing.ts'

const oldest = 30

let lab: TestLab
before(async () => {
  lab = await startLab('versions')
})
after(() => lab[Symbol.asyncDispose]())

/** The one of the PATH, and those that packages put beside it as `kubectl.1.31`. */
function programs(): readonly string[] {
  const main = realpathSync(execFileSync('sh', ['-c', 'command -v kubectl'], { encoding: 'utf8' }).trim())
  const beside = readdirSync(dirname(main)).filter(name => Number(/^kubectl\.1\.(\d+)$/.exec(name)?.[1]) >= oldest)
  return [main, ...beside.map(name => join(dirname(main), name))]
}

test('each of them gets, applies, executes, forwards and deletes', async t => {
  for (const [index, program] of programs().entries()) {
    const run = async (input: string, ...args: readonly string[]) => {
      const line = [program, ...args].map(word => `'${word}'`).join(' ')
      const { code, stdout, stderr } = await lab.shell(`${input === '' ? '' : `printf %s "$INPUT" | `}${line}`, {
        INPUT: input,
      })
      assert.equal(code, 0, `${line}: ${stderr}`)
      return stdout
    }
    const version = /v1\.\d+\.\d+/.exec(await run('', 'version', '--client'))?.[0]
    t.diagnostic(`${program} is ${version}`)
    const name = `by-${index}`
    const manifests = documents(...app(name))
    assert.match(await run('', 'get', 'ingressclass'), /^external +k8s\.io\/external +<none> +68d$/m)
    assert.match(await run(manifests, 'apply', '-f', '-'), /created/)
    assert.match(await run(manifests, 'apply', '-f', '-'), /unchanged/)
    assert.match(await run(manifests, 'apply', '--server-side', '-f', '-'), /serverside-applied/)
    await run('', 'rollout', 'status', `deploy/${name}`, '--timeout=20s')
    assert.match(await run('', 'create', 'configmap', name, '--from-literal=a=b'), /created/)
    assert.equal(await run('in\n', 'exec', '-i', `deploy/${name}`, '--', 'cat'), 'in\n')
    assert.equal(
      await run('in\n', 'run', name, '--image=busybox', '--restart=Never', '--rm', '-i', '--quiet', '--', 'cat'),
      'in\n',
    )
    const port = 18_100 + index
    await using forwarding = lab.start(program, 'port-forward', `deploy/${name}`, `${port}:8080`)
    await lab.eventually(async () => assert.match(forwarding.output(), /^Forwarding from 127/m))
    assert.match(await fetchText(`http://127.0.0.1:${port}/by`), /"path": "\/by"/)
    assert.match(await run('', 'logs', `deploy/${name}`), /GET \/by/)
    assert.match(await run('', 'explain', 'deployment.spec.replicas'), /replicas <integer>/)
    await run('', 'delete', 'deploy,svc,cm', name)
  }
})
