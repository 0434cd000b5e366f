// Does an ingress controller's container behave: its own files, logs, probes, metrics, death and resurrection?
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { ExecSession } from '../../src/apiserver/pod-streams.ts'
import type { IngressTables, ProxyIdentity } from '../../src/controllers/ingress/ingress-tables.ts'
import type { ProxyInput } from '../../src/dataplane/nginx/instance.ts'
import { childrenOf } from '../../src/dataplane/nginx/reload.ts'
import type { ContainerContext, RunningContainer } from '../../src/lab/runtime.ts'
import { createNginx } from '../../src/lab/runtimes/nginx.ts'
import { issueCertificate } from '../../src/pki/authority.ts'
import type { NetNamespace } from '../../src/sys/namespace.ts'
import { createNamespace } from '../../src/sys/netns.ts'
import { childrenOf as processesOf } from '../../src/sys/processes.ts'
import { authority, ingress, now, rule, tableOf } from './proxy.testing.ts'

describe('the container of an ingress controller', () => {
  let namespace: NetNamespace
  let container: RunningContainer
  let directory: string
  let stdout = ''
  let stderr = ''
  let deliver: ((input: ProxyInput) => void) | undefined
  let identity: ProxyIdentity | undefined
  const tables: IngressTables = {
    synced: Promise.resolve(),
    isSynced: true,
    subscribe(who, callback) {
      identity = who
      deliver = callback
      return { report: () => {}, close: () => (deliver = undefined) }
    },
    served: () => new Map(),
    onChange: () => () => {},
  }
  const runtime = createNginx({
    tables,
    issue: async names =>
      issueCertificate(authority, { commonName: names[0] ?? '', dnsNames: names, usages: ['server'], days: 1, now }),
  })

  function context(): ContainerContext {
    return {
      pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'proxy-1', namespace: 'network' } },
      container: {
        name: 'controller',
        image: 'fairway.dev/ingress-nginx',
        args: [
          '--ingress-class=external',
          '--controller-class=k8s.io/external',
          '--configmap=network/nginx-configuration',
          '--publish-service=network/ingress-nginx-controller',
        ],
      },
      nodeName: 'k8s-1',
      namespace,
      addresses: [],
      directory,
      resolvConf: 'nameserver 10.96.0.10\nsearch network.svc.cluster.local\n',
      hosts: '127.0.0.1 localhost\n10.244.0.10 proxy-1\n',
      env: {},
      log: (stream, chunk) => {
        if (stream === 'stdout') stdout += Buffer.from(chunk).toString()
        else stderr += Buffer.from(chunk).toString()
      },
    }
  }
  const input = (): ProxyInput => ({
    table: tableOf({ ingresses: [ingress('x', { rules: [rule('x.test', [['/', 'Prefix', 'nobody']])] })] }),
    secrets: new Map(),
  })

  before(async () => {
    namespace = createNamespace('proxy-pod')
    await namespace.run('ip', ['link', 'set', 'lo', 'up'])
    directory = mkdtempSync(join(tmpdir(), 'fairway-pod-'))
    container = await runtime.start(context())
  })
  after(async () => {
    await container.stop(2000)
    await namespace[Symbol.asyncDispose]()
    rmSync(directory, { recursive: true, force: true })
  })

  async function get(
    port: number,
    path: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ status: number; body: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>()
    const sent = request(
      {
        createConnection: () => namespace.connect('127.0.0.1', port),
        path,
        headers: { host: 'localhost', ...headers },
      },
      response => {
        let body = ''
        response.on('data', chunk => (body += String(chunk)))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      },
    )
    sent.on('error', reject)
    sent.end()
    return await promise
  }
  async function output(session: ExecSession): Promise<string> {
    let text = ''
    for await (const chunk of session.stdout) text += String(chunk)
    for await (const chunk of session.stderr) text += String(chunk)
    return text
  }
  const exec = async (...command: string[]): Promise<string> =>
    output(await container.exec({ command, tty: false, stdin: false }))
  async function until(what: string, holds: () => Promise<boolean> | boolean): Promise<void> {
    const deadline = performance.now() + 5000
    while (!(await holds())) {
      if (performance.now() > deadline) assert.fail(`never: ${what}; stderr: ${stderr}`)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }

  test('images of ingress-nginx are matched, whatever registry or tag; others are not', () => {
    const matches = (image: string): boolean => runtime.matches({ name: 'c', image }, context().pod)
    for (const image of [
      'fairway.dev/ingress-nginx',
      'ingress-nginx:v1',
      'registry.k8s.io/ingress-nginx/controller:v1.15.1@sha256:00',
      'localhost:5000/x/ingress-nginx',
    ]) {
      assert.ok(matches(image), image)
    }
    for (const image of ['nginx', 'nginx/nginx-ingress', 'registry.k8s.io/ingress-nginx/kube-webhook-certgen:v1'])
      assert.ok(!matches(image), image)
  })

  test('it says who it is by its arguments', () => {
    assert.deepEqual(identity, {
      className: 'external',
      controller: 'k8s.io/external',
      configMap: 'network/nginx-configuration',
      publishService: 'network/ingress-nginx-controller',
    })
  })

  test('it is not ready before a configuration answers', async () => {
    assert.equal((await get(10254, '/healthz')).status, 503)
    deliver?.(input())
    await until('ready', async () => (await get(10254, '/healthz')).status === 200)
    assert.equal((await get(80, '/', { host: 'x.test' })).status, 503)
    assert.equal((await get(80, '/', { host: 'y.test' })).status, 404)
  })

  test('kubectl exec sees its own nginx.conf, resolver and processes', async () => {
    assert.match(await exec('cat', '/etc/nginx/nginx.conf'), /server_name "x\.test";/)
    assert.match(await exec('cat', '/etc/resolv.conf'), /nameserver 10\.96\.0\.10/)
    assert.equal((await exec('hostname')).trim(), 'proxy-1')
    assert.match(await exec('sh', '-c', 'cat /proc/[0-9]*/comm'), /^nginx$/m)
    assert.match(await exec('curl', '-sI', '-H', 'Host: x.test', 'http://127.0.0.1/'), /^HTTP\/1\.1 503/)
    assert.match(await exec('sh', '-c', 'nginx -t 2>&1'), /test is successful/)
    assert.match(await exec('no-such-program'), /executable file not found/)
  })

  test('kubectl exec cannot change the files of this machine, and has a /tmp of its own', async () => {
    // Not beside this file: the checkout may be in /tmp, where the container sees its own.
    const file = `/var/lib/written-by-a-pod-${process.pid}`
    assert.match(await exec('sh', '-c', `touch ${file} 2>&1`), /Read-only file system/)
    assert.equal(existsSync(file), false)
    const name = `/tmp/written-by-a-pod-${process.pid}`
    assert.equal((await exec('sh', '-c', `echo here >${name}; cat ${name}`)).trim(), 'here')
    assert.equal(existsSync(name), false)
  })

  test('workers cannot read the keys, and run without rights where an account for them exists', async () => {
    const modes = await exec('sh', '-c', 'stat -c "%a %U" /etc/nginx/certificates /etc/nginx/certificates/*.key')
    assert.match(modes, /^700 root\n(600 root\n)+$/)
    const users = await exec(
      'sh',
      '-c',
      'for p in /proc/[0-9]*; do grep -q "[w]orker process" $p/cmdline 2>/dev/null && stat -c %U $p; done',
    )
    assert.match(users, /^(www-data\n)+$|^(root\n)+$/)
  })

  test('access log lines reach kubectl logs', async () => {
    await get(80, '/logged?x=1', { host: 'x.test', 'user-agent': 'test "quoted"' })
    await until('the line', () => stdout.includes('/logged'))
    const line = stdout.split('\n').find(text => text.includes('/logged')) ?? ''
    assert.match(
      line,
      /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/logged\?x=1 HTTP\/1\.1" 503 \d+ "-" "test \\x22quoted\\x22" \d+ \d\.\d{3} \[-\] \[\] - - - - [0-9a-f]{16}-\d+-1$/,
    )
  })

  test('metrics are those of ingress-nginx, and move', async () => {
    const value = async (name: string): Promise<number> => {
      const { body } = await get(10254, '/metrics')
      return Number(new RegExp(`^nginx_ingress_controller_${name} ([0-9.e+]+)$`, 'm').exec(body)?.[1])
    }
    const labels = 'controller_class="k8s.io/external",controller_namespace="network",controller_pod="proxy-1"'
    const before = await value(`nginx_process_requests_total{${labels}}`)
    await get(80, '/', { host: 'x.test' })
    assert.ok((await value(`nginx_process_requests_total{${labels}}`)) > before)
    assert.equal(await value(`config_last_reload_successful{${labels}}`), 1)
    assert.ok((await value(`nginx_process_resident_memory_bytes{${labels}}`)) > 1e6)
    assert.ok((await value(`nginx_process_num_procs{${labels}}`)) >= 2)
    assert.ok((await value(`config_last_reload_successful_timestamp_seconds{${labels}}`)) > now / 1000 - 60)
  })

  /** The master as this process counts: child of the shell that is the child of `unshare`, which is a child of ours. */
  const master = (): number => {
    const found = processesOf(process.pid)
      .flatMap(pid => childrenOf(pid))
      .flatMap(pid => childrenOf(pid))
      .find(pid => childrenOf(pid).length > 0)
    // Never a default: signals to process 0 go to everyone.
    return found ?? assert.fail('no master is running')
  }

  test('a worker that is killed comes back', async () => {
    const [worker] = childrenOf(master())
    assert.ok(worker)
    process.kill(worker, 'SIGKILL')
    await until('a new worker', () => !childrenOf(master()).includes(worker) && childrenOf(master()).length > 0)
    assert.equal((await get(80, '/', { host: 'x.test' })).status, 503)
  })

  test('a master that is killed ends the container and every worker; the next start serves again', async () => {
    const pids = [master(), ...childrenOf(master())]
    process.kill(master(), 'SIGKILL')
    const exit = await container.exited
    assert.equal(exit.reason, 'Error')
    assert.equal(exit.exitCode, 137)
    await until('no stray worker', () => pids.every(pid => !isThere(pid)))
    await assert.rejects(get(80, '/'))
    container = await runtime.start(context())
    deliver?.(input())
    await until('ready again', async () => (await get(10254, '/healthz')).status === 200)
    assert.equal((await get(80, '/', { host: 'x.test' })).status, 503)
  })

  test('stop ends it with code 0', async () => {
    await container.stop(3000)
    assert.deepEqual(await container.exited, { exitCode: 0, reason: 'Completed' })
  })
})

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
