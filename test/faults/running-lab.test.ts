// What a running lab does when it is started again, gets company, or loses one of its parts.
// Run with: scripts/in-sandbox node --test test/faults/
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runningDaemon } from '../../src/lab/daemon/state-directory.ts'
import { takeInventory, untilAsBefore } from './inventory.testing.ts'
import { app, site, smallSite } from './small-site.testing.ts'
import { ended, openWorld, processesOf, until } from './world.testing.ts'

const world = openWorld()
const folder = smallSite(join(world.directory, 'folder'))
const url = 'http://echo.small.example/'
const untouched = takeInventory()

before(async () => {
  const up = await world.fairway('up', folder.path, '--detach')
  assert.equal(up.status, 0, up.stderr)
})
after(async () => {
  await world.close()
  await untilAsBefore(untouched)
})

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string }
  readonly status: {
    readonly podIP: string
    readonly containerStatuses: readonly {
      readonly restartCount: number
      readonly ready: boolean
      readonly lastState: { readonly terminated?: { readonly exitCode: number } }
    }[]
  }
}

function pods(namespace: string, selector = ''): readonly Pod[] {
  const { stdout } = world.kubectl('small', 'get', 'pods', '-n', namespace, '-l', selector, '-o', 'json')
  return (JSON.parse(stdout) as { items: Pod[] }).items
}

test('up twice changes nothing', async () => {
  const before = pods('default').map(pod => pod.metadata.uid)
  const again = await world.fairway('up', folder.path, '--detach')
  assert.equal(again.status, 0, again.stderr)
  assert.match(again.stderr, /lab small runs already/)
  assert.match(again.stdout, /lab small is up/)
  assert.deepEqual(
    pods('default').map(pod => pod.metadata.uid),
    before,
  )
  assert.equal(await world.curl('small', url), '200')
})

test('up again brings what is new in the folder, takes what is gone, and leaves what kubectl made', async () => {
  world.kubectl('small', 'create', 'configmap', 'mine', '--from-literal=a=b')
  folder.write('extra.yaml', app('extra', { replicas: 1 }))
  assert.equal((await world.fairway('up', folder.path)).status, 0)
  await until(
    'the new app answers',
    () => world.curl('small', 'http://extra.small.example/'),
    seen => seen === '200',
  )
  folder.remove('extra.yaml')
  assert.equal((await world.fairway('up', folder.path)).status, 0)
  await until(
    'the removed app is gone',
    () => world.curl('small', 'http://extra.small.example/'),
    seen => seen !== '200',
  )
  assert.equal(
    world.kubectl('small', 'get', 'deployment,service,ingress', 'extra', '--ignore-not-found', '-o', 'name').stdout,
    '',
  )
  assert.equal(world.kubectl('small', 'get', 'configmap', 'mine', '-o', 'name').stdout, 'configmap/mine\n')
})

test('up again with another machine in the site says that this needs a restart, and applies the rest', async () => {
  folder.write('site.yaml', site('small').replace('  lan:', '    - { name: three, address: 192.168.7.13 }\n  lan:'))
  folder.write('late.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: late }\n')
  const { status, stderr } = await world.fairway('up', folder.path)
  folder.write('site.yaml', site('small'))
  folder.remove('late.yaml')
  assert.equal(status, 0, stderr)
  assert.match(
    stderr,
    /machines or ranges have changed, which a running lab cannot take up: 'fairway down --keep --name small'/,
  )
  const seen = world.kubectl('small', 'get', 'nodes,configmaps', '-o', 'name').stdout
  assert.match(seen, /^configmap\/late$/m)
  assert.doesNotMatch(seen, /node\/three/)
})

test('--fresh is refused while the lab runs', async () => {
  const { status, stderr } = await world.fairway('up', folder.path, '--fresh')
  assert.equal(status, 3)
  assert.match(stderr, /lab small is running; end it first: fairway down --name small/)
})

test('labs of other names run beside it; of two starts of one name one wins', async () => {
  const two = [
    world.fairway('up', folder.path, '--detach', '--name', 'second'),
    world.fairway('up', folder.path, '--detach', '--name', 'third'),
  ]
  const same = world.fairway('up', folder.path, '--detach', '--name', 'third')
  const [second, third, another] = await Promise.all([...two, same])
  assert.equal(second?.status, 0, second?.stderr)
  // The loser either met the winner's lock or found the lab running already.
  const outcomes = [third, another].map(ended => ended?.status).sort()
  assert.ok(outcomes[0] === 0 && (outcomes[1] === 3 || outcomes[1] === 0), JSON.stringify([third, another]))
  const loser = [third, another].find(ended => ended?.status === 3)
  if (loser !== undefined)
    assert.match(loser.stderr, /lab third is being started or ended by somebody else at this moment/)
  const labs = await world.fairway('status', '-o', 'name')
  assert.equal(labs.stdout, 'second\trunning\nsmall\trunning\nthird\trunning\n')
  const vague = await world.fairway('exec', 'laptop', 'true')
  assert.equal(vague.status, 2)
  assert.match(vague.stderr, /there are several labs: second, small, third; say which one with --name/)
  for (const lab of ['small', 'second', 'third']) assert.equal(await world.curl(lab, url), '200')
  assert.equal((await world.fairway('down', '--name', 'second')).status, 0)
  assert.equal((await world.fairway('down', '--name', 'third')).status, 0)
  assert.equal(await world.curl('small', url), '200')
})

test('a taken port is named when it was asked for, and gone around when it was not', async () => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const refused = await world.fairway('up', folder.path, '--detach', '--name', 'other', '--port', `${port}`)
  server.close()
  assert.equal(refused.status, 3)
  assert.match(refused.stderr, new RegExp(`port ${port} on 127\\.0\\.0\\.1 is taken; choose another with --port`))
  assert.doesNotMatch((await world.fairway('status', '-o', 'name')).stdout, /other/)
  // Lab `small` has the usual port here, unless something on this machine has it.
  const other = await world.fairway('up', folder.path, '--detach', '--name', 'other')
  assert.equal(other.status, 0, other.stderr)
  const ports = ['small', 'other'].map(lab => runningDaemon(world.state(lab))?.ports.api)
  assert.notEqual(ports[0], ports[1])
  assert.equal((await world.fairway('down', '--name', 'other')).status, 0)
})

test('a killed NGINX comes back with an Event, and the other replica serves meanwhile', async () => {
  const isMaster = /^nginx: master/
  const isWorker = /^nginx: worker/
  const before = processesOf(world.state('small'), isMaster)
  assert.equal(before.length, 2)
  const oldWorkers = processesOf(world.state('small'), isWorker)
  const asking = world.start([
    ...['exec', '--name', 'small', 'laptop', '--'],
    ...['curl', '-s', '-m', '3', '--rate', '50/s', '-o', '/dev/null', '-w', '%{http_code}\n', `${url}?[1-100]`],
  ])
  const answers = ended(asking)
  await sleep(300)
  process.kill(before[0] ?? assert.fail(), 'SIGKILL')
  const [restarted] = await until(
    'a restart is counted and the container is ready again',
    () => pods('network').filter(({ status }) => status.containerStatuses.some(({ restartCount }) => restartCount > 0)),
    seen => seen.length === 1 && seen.every(({ status }) => status.containerStatuses.every(({ ready }) => ready)),
  )
  assert.equal(restarted?.status.containerStatuses[0]?.lastState.terminated?.exitCode, 137)
  const codes = (await answers).stdout.trim().split('\n')
  assert.equal(codes.length, 100)
  // A connection or two may still meet the dead one; as soon as its readiness is known, none does.
  assert.ok(codes.filter(code => code !== '200').length <= 5, codes.join(' '))
  const after = processesOf(world.state('small'), isMaster)
  assert.equal(after.length, 2)
  assert.ok(!after.includes(before[0] ?? 0))
  // Workers that lost their master would go on listening with a configuration that nobody renews.
  assert.ok(
    processesOf(world.state('small'), isWorker).filter(pid => oldWorkers.includes(pid)).length < oldWorkers.length,
  )
  const events = JSON.parse(world.kubectl('small', 'get', 'events', '-n', 'network', '-o', 'json').stdout) as {
    items: { reason: string; count: number; involvedObject: { name: string } }[]
  }
  const started = events.items.find(
    event => event.reason === 'Started' && event.involvedObject.name === restarted?.metadata.name,
  )
  assert.equal(started?.count, 2)
})

test('a killed DNS server of the cluster is started again', async () => {
  const servers = processesOf(world.state('small'), /unbound .*\/pods\//)
  assert.ok(servers.length >= 1)
  for (const pid of servers) process.kill(pid, 'SIGKILL')
  await until(
    'every DNS pod was restarted and is ready',
    () => pods('kube-system', 'k8s-app=kube-dns'),
    seen =>
      seen.every(({ status }) =>
        status.containerStatuses.every(({ ready, restartCount }) => ready && restartCount > 0),
      ),
  )
  const lookup = world.kubectl(
    'small',
    'run',
    'ask',
    '--image=busybox',
    '--rm',
    '-i',
    '--restart=Never',
    '--',
    'nslookup',
    'echo.default.svc.cluster.local',
  )
  assert.match(lookup.stdout, /Address.*10\.45\./, lookup.stderr)
})

test('the killed DNS server of the LAN is started again', async () => {
  const [server] = processesOf(world.state('small'), /unbound .*dns-lan/)
  assert.ok(server)
  process.kill(server, 'SIGKILL')
  await until(
    'the laptop resolves names again',
    () => world.curl('small', url),
    seen => seen === '200',
  )
  assert.notEqual(processesOf(world.state('small'), /unbound .*dns-lan/)[0], server)
})
