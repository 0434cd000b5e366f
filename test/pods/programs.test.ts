// Do real programs run in pods: busybox, exec into anything, terminals, attach, volumes, port-forward?
// Run with: scripts/in-sandbox node --test test/pods/
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import type { ExecSession } from '../../src/apiserver/pod-streams.ts'
import { configMaps } from '../../src/objects/kinds/config-map.ts'
import { secrets } from '../../src/objects/kinds/secret.ts'
import { bindUdp } from '../../src/sys/sockets.ts'
import { startLab } from './lab.testing.ts'

let lab: Awaited<ReturnType<typeof startLab>>
before(async () => {
  lab = await startLab()
  await lab.create('echo', {
    containers: [
      { name: 'echo', image: 'example/echo', ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }] },
    ],
  })
  await lab.ready('echo')
  await lab.create('shell', {
    nodeName: 'node-2',
    containers: [{ name: 'box', image: 'busybox:1.36', command: ['sleep', '600'] }],
  })
  await lab.ready('shell')
})
after(async () => {
  await lab[Symbol.asyncDispose]()
  assert.deepEqual(lab.problems, [])
})

const key = (name: string) => ({ namespace: 'default', name })

async function run(pod: string, command: readonly string[], input?: string) {
  const session = await lab.streams.exec(key(pod), { command, tty: false, stdin: input !== undefined })
  if (input !== undefined) session.stdin.end(input)
  const [stdout, stderr, exit] = await Promise.all([text(session.stdout), text(session.stderr), session.exit])
  return { stdout, stderr, code: 'code' in exit ? exit.code : -1 }
}

const log = (pod: string) =>
  lab.streams
    .logs(key(pod), { follow: false, previous: false, timestamps: false, signal: new AbortController().signal })
    .then(text)

/** Waits until the terminal has shown the text. */
async function shows(session: ExecSession, wanted: string): Promise<string> {
  let seen = ''
  for await (const [chunk] of (async function* () {
    for (;;) yield await once(session.stdout, 'data', { signal: AbortSignal.timeout(3000) })
  })()) {
    seen += String(chunk)
    if (seen.includes(wanted)) return seen
  }
  return seen
}

test('programs of a pod have the usual rights and no more, unless the manifest asks for them', async () => {
  const script =
    'grep -E "^Cap(Inh|Eff|Bnd)" /proc/self/status; mount -t tmpfs none /mnt; mknod /tmp/disk b 8 0; echo x >/proc/sys/kernel/domainname; ping -c1 -W1 127.0.0.1 | tail -2 | head -1'
  const limited = await run('shell', ['sh', '-c', script])
  assert.match(limited.stdout, /^CapInh:\t0{16}\nCapEff:\t00000000a00425fb\nCapBnd:\t00000000a00425fb\n/)
  assert.match(limited.stdout, /1 packets received/)
  assert.match(limited.stderr, /mount: permission denied/)
  assert.match(limited.stderr, /mknod: .*Operation not permitted/)
  assert.match(limited.stderr, /Read-only file system/)
  await lab.create('strong', {
    containers: [
      {
        name: 'box',
        image: 'busybox',
        command: [
          'sh',
          '-c',
          'ip address add 10.9.9.9/32 dev lo && echo made; grep CapInh /proc/self/status; sleep 600',
        ],
        securityContext: { capabilities: { add: ['NET_ADMIN'] } },
      },
    ],
  })
  await lab.ready('strong')
  await lab.until('the log', async () => (await log('strong')).includes('CapInh') || undefined)
  assert.match(await log('strong'), /^made\nCapInh:\t0+\n/)
  await lab.create('privileged', {
    containers: [{ name: 'box', image: 'busybox', command: ['sleep', '600'], securityContext: { privileged: true } }],
  })
  await lab.ready('privileged')
  assert.equal((await run('privileged', ['mount', '-t', 'tmpfs', 'none', '/mnt'])).code, 0)
})

test('a container that starts again has a fresh root', async () => {
  const script =
    'ls /marks 2>/dev/null; mkdir /marks && touch /marks/was-here; [ -e /cache/once ] && exec sleep 600; touch /cache/once'
  await lab.create('twice', {
    volumes: [{ name: 'cache', emptyDir: {} }],
    containers: [
      {
        name: 'box',
        image: 'busybox',
        command: ['sh', '-c', script],
        volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
      },
    ],
  })
  await lab.until('the second start', async () => {
    const [status] = (await lab.get('twice'))?.status?.containerStatuses ?? []
    return status?.restartCount === 1 && status.ready
  })
  assert.equal(await log('twice'), '')
})

test('a busybox pod has a network, a host name, processes and a root of its own', async () => {
  const { stdout } = await run('shell', [
    'sh',
    '-c',
    'hostname; echo $$ >/tmp/x; ls /; ps; cat /etc/resolv.conf; ip -o -4 addr show eth0; id -u',
  ])
  assert.match(stdout, /^shell\n/)
  assert.match(stdout, /bin\ndev\netc\n/)
  assert.match(stdout, /1 root .*sleep 600/)
  assert.match(
    stdout,
    /search default\.svc\.cluster\.local svc\.cluster\.local cluster\.local\nnameserver 10\.96\.0\.10\noptions ndots:5\n/,
  )
  assert.match(stdout, /10\.244\.1\.10/)
  assert.ok(!stdout.includes('unshare'), 'processes outside are not seen')
})

test('ping, wget and nc reach another pod', async () => {
  const ping = await run('shell', ['ping', '-c', '1', '-W', '2', '10.244.0.10'])
  assert.match(ping.stdout, /1 packets received/)
  const wget = await run('shell', ['wget', '-qO-', 'http://10.244.0.10/from-busybox'])
  assert.equal(JSON.parse(wget.stdout).path, '/from-busybox')
  const nc = await run('shell', ['sh', '-c', 'echo hello | nc -w 2 10.244.0.10 80'])
  assert.match(nc.stdout, /^pod=echo namespace=default node=node-1 addresses=10\.244\.0\.10\nhello\n$/)
})

test('a datagram is answered with the identity and itself', async () => {
  const socket = lab.machineOf('laptop').namespace.inside(() => bindUdp({ port: 0 }))
  socket.send('hi', 53, '::ffff:10.244.0.10')
  const [message] = await once(socket, 'message', { signal: AbortSignal.timeout(2000) })
  assert.match(String(message), /^pod=echo .*\nhi$/)
  socket.close()
})

test('exec passes stdin, both outputs and the exit code', async () => {
  assert.deepEqual(await run('shell', ['sh', '-c', 'cat; echo err >&2; exit 7'], 'in\n'), {
    stdout: 'in\n',
    stderr: 'err\n',
    code: 7,
  })
})

test('exec works in a stand-in too, also without a shell of its own', async () => {
  const { stdout, code } = await run('echo', ['sh', '-c', 'hostname; wget -qO- http://127.0.0.1/self'])
  assert.equal(code, 0)
  assert.match(stdout, /^echo\n/)
  assert.match(stdout, /"path": "\/self"/)
  const tar = await run('echo', ['sh', '-c', 'mkdir /tmp/a && echo data >/tmp/a/f && tar cf - -C /tmp a | tar tf -'])
  assert.equal(tar.stdout, 'a/\na/f\n')
})

test('a program that is not there is said as container runtimes say it', async () => {
  const { stderr, code } = await run('shell', ['no-such-program'])
  assert.equal(code, 127)
  assert.match(stderr, /exec: "no-such-program": executable file not found in \$PATH/)
  await lab.create('wrong', {
    restartPolicy: 'Never',
    containers: [{ name: 'c', image: 'busybox', command: ['nope'] }],
  })
  const pod = await lab.until('Failed', async () => {
    const found = await lab.get('wrong')
    return found?.status?.phase === 'Failed' ? found : undefined
  })
  assert.equal(pod.status?.containerStatuses?.[0]?.state?.terminated?.reason, 'StartError')
})

test('a terminal has a size that follows', async () => {
  const session = await lab.streams.exec(key('shell'), { command: ['sh'], tty: true, stdin: true })
  session.resize(123, 45)
  session.stdin.write('stty size\n')
  await shows(session, '45 123')
  session.stdin.write('exit 5\n')
  session.stdout.resume()
  assert.deepEqual(await session.exit, { code: 5 })
})

test('Ctrl-C in a terminal reaches the program', async () => {
  const command = ['sh', '-c', 'trap "exit 6" INT; echo ready; while :; do sleep 0.05; done']
  const session = await lab.streams.exec(key('shell'), { command, tty: true, stdin: true })
  await shows(session, 'ready')
  session.stdin.write('\x03')
  session.stdout.resume()
  assert.deepEqual(await session.exit, { code: 6 })
})

test('a killed exec leaves nothing behind that would hold up the end of the pod', async () => {
  await lab.create('short', {
    containers: [
      { name: 'c', image: 'busybox', command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'] },
    ],
  })
  await lab.ready('short')
  for (const tty of [false, true]) {
    const session = await lab.streams.exec(key('short'), { command: ['sleep', '100'], tty, stdin: false })
    session.stdout.resume()
    session.stderr.resume()
    await new Promise(resolve => setTimeout(resolve, 50))
    session.kill()
    assert.deepEqual(await session.exit, { code: 137 })
  }
  const started = Date.now()
  await lab.delete('short')
  await lab.gone('short')
  assert.ok(Date.now() - started < 900)
})

test('attach joins the program that runs, and shows what it said before', async () => {
  await lab.create('repl', {
    restartPolicy: 'Never',
    containers: [{ name: 'repl', image: 'busybox', stdin: true, stdinOnce: true, tty: true }],
  })
  await lab.ready('repl')
  const session = await lab.streams.attach(key('repl'), { command: [], tty: true, stdin: true })
  await shows(session, '/ # ')
  session.stdin.write('echo $((6*7)); exit 3\n')
  await shows(session, '42')
  session.stdout.resume()
  assert.deepEqual(await session.exit, { code: 3 })
  await lab.until('Failed', async () => (await lab.get('repl'))?.status?.phase === 'Failed' || undefined)
  assert.match(await log('repl'), /42/)
})

test('volumes and variables come from ConfigMaps, Secrets and the pod itself, and follow changes', async () => {
  await lab.create(
    'config',
    {
      volumes: [
        { name: 'settings', configMap: { name: 'settings' } },
        { name: 'info', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      ],
      containers: [
        {
          name: 'c',
          image: 'busybox',
          command: ['sh', '-c', 'echo "mode=$MODE token=$TOKEN"; sleep 600'],
          env: [
            { name: 'MODE', valueFrom: { configMapKeyRef: { name: 'settings', key: 'mode' } } },
            { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'late', key: 'token' } } },
          ],
          volumeMounts: [
            { name: 'settings', mountPath: '/etc/settings' },
            { name: 'info', mountPath: '/info' },
          ],
        },
      ],
    },
    { labels: { app: 'config' } },
  )
  await lab.until(
    'FailedMount',
    async () =>
      JSON.stringify(await lab.eventReasons('config')).includes('configmap \\"settings\\" not found') || undefined,
  )
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key('settings'), data: { mode: 'slow' } }
  await lab.client.create(configMaps, settings)
  await lab.until('CreateContainerConfigError', async () => {
    const waiting = (await lab.get('config'))?.status?.containerStatuses?.[0]?.state?.waiting
    return waiting?.reason === 'CreateContainerConfigError' || undefined
  })
  await lab.client.create(secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: key('late'),
    data: { token: 'c2VjcmV0' },
  })
  await lab.ready('config')
  await lab.until('the log', async () => (await log('config')).includes('mode=slow token=secret') || undefined)
  assert.equal((await run('config', ['cat', '/etc/settings/mode', '/info/labels'])).stdout, 'slowapp="config"')
  await lab.client.patch(configMaps, key('settings'), { type: 'merge', patch: { data: { mode: 'fast' } } })
  await lab.until(
    'the new value',
    async () => (await run('config', ['cat', '/etc/settings/mode'])).stdout === 'fast' || undefined,
  )
})

test('port-forward reaches a port inside the pod, and a closed port is said', async () => {
  const socket = await lab.streams.connect(key('echo'), 80)
  socket.end('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  assert.match(await text(socket), /"pod": "echo"/)
  await assert.rejects(lab.streams.connect(key('echo'), 81), /failed to connect to localhost:81 .*connection refused/)
})

test('the agent of a node runs programs in the network of the node', async () => {
  await lab.create('cilium-x', {
    hostNetwork: true,
    containers: [{ name: 'cilium-agent', image: 'quay.io/cilium/cilium' }],
  })
  const pod = await lab.ready('cilium-x')
  assert.equal(pod.status?.podIP, '192.168.1.100')
  assert.match((await run('cilium-x', ['ip', '-o', 'addr'])).stdout, /192\.168\.1\.100/)
  assert.equal((await run('cilium-x', ['cilium-nope', 'status'])).code, 127)
})

test('tool images see the programs of this machine, and cannot change its files', async () => {
  await lab.create('tools', {
    containers: [{ name: 'c', image: 'nicolaka/netshoot:v0.13', command: ['sleep', '600'] }],
  })
  await lab.ready('tools')
  const { stdout } = await run('tools', [
    'sh',
    '-c',
    'curl -s http://10.244.0.10/tools | grep path; echo x > /etc/fairway-was-here; cat /etc/resolv.conf',
  ])
  assert.match(stdout, /"path": "\/tools"/)
  assert.match(stdout, /nameserver 10\.96\.0\.10/)
  const { existsSync } = await import('node:fs')
  assert.equal(existsSync('/etc/fairway-was-here'), false)
})

test('the log of the container before is kept, and the pod is stopped by SIGTERM', async () => {
  await lab.create('again', {
    containers: [
      {
        name: 'c',
        image: 'busybox',
        command: ['sh', '-c', 'trap "exit 0" TERM; echo life $RANDOM; [ -e /stop ] || { sleep 0.1; exit 1; }'],
      },
    ],
  })
  await lab.until(
    'two restarts',
    async () => ((await lab.get('again'))?.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 1 || undefined,
  )
  const previous = await lab.streams.logs(key('again'), {
    follow: false,
    previous: true,
    timestamps: true,
    signal: new AbortController().signal,
  })
  assert.match(await text(previous), /^\d{4}-.*Z life \d+\n$/)
  const started = Date.now()
  await lab.delete('again')
  await lab.gone('again')
  assert.ok(Date.now() - started < 2500)
})
