// The smallest command that starts a lab: `launcher.testing.ts ROOT LAB attached|detached PORT`.
import { join } from 'node:path'
import { launchDaemon } from '../../src/lab/daemon/launch.ts'
import { stateDirectory } from '../../src/lab/daemon/state-directory.ts'

const [root = '', lab = '', mode = '', port = '0'] = process.argv.slice(2)
const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`)
const launch = launchDaemon({
  state: stateDirectory(root, lab),
  command: [process.execPath, join(import.meta.dirname, 'daemon.testing.ts')],
  sockets: { api: { port: Number(port), fallback: mode === 'detached' } },
  settings: { colour: 'blue' },
  detached: mode === 'detached',
  onReport: message => {
    if (typeof message !== 'object' || message === null || !('kind' in message) || message.kind !== 'ready') return
    say({ ...message, ports: launch.kind === 'launched' ? launch.daemon.record.ports : {} })
    if (mode === 'detached' && launch.kind === 'launched') launch.daemon.release()
  },
})
if (launch.kind !== 'launched') {
  say(launch)
} else {
  process.on('SIGTERM', () => void launch.daemon.stop(3000))
  if (mode !== 'detached') void launch.daemon.exited.then(code => say({ kind: 'exited', code }))
}
