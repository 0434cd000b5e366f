// The daemon's process: takes its orders, runs the lab until it is told to end, and leaves nothing behind.
import { DamagedDatabaseError } from '../../apiserver/store/database.ts'
import { type Leash, takeLeash } from '../../lab/daemon/leash.ts'
import { removeStateDirectory, stateDirectory } from '../../lab/daemon/state-directory.ts'
import { exit } from '../command.ts'
import { keepCompiled } from '../compile-cache.ts'
import type { DaemonReport, LabSettings } from '../lab-calls.ts'
import { log } from './log.ts'

keepCompiled(process.env)
// Debian keeps servers in /usr/sbin, which is not in an ordinary user's PATH.
process.env.PATH = `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`

// Where Node itself writes its warnings; the disk of the log may be full.
process.stderr.on('error', () => {})

const leash = await takeLeash(process.env)
process.exit(await run(leash))

async function run(leash: Leash): Promise<number> {
  const { orders } = leash
  const report = (message: DaemonReport) => leash.report(message)
  const state = stateDirectory(orders.statePath.slice(0, orders.statePath.lastIndexOf('/')), orders.lab)
  const api = orders.sockets.api
  if (api === undefined) throw new Error('the orders name no socket for the API server')
  process.on('uncaughtException', error => {
    // A bug. Going on with half a lab would mislead; the state is kept, and `up` resumes it.
    log(`the daemon ends: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    process.exit(1)
  })
  try {
    const { startLab } = await import('./start-lab.ts')
    const settings = orders.settings as LabSettings
    const started = await startLab({ state, settings, socket: api, report })
    if ('exitCode' in started) {
      report({ kind: 'failed', exitCode: started.exitCode, message: started.message })
      if (started.isFirstStart) removeStateDirectory(state)
      return started.exitCode
    }
    report({ kind: 'ready', status: started.status() })
    const ending = await Promise.race([
      leash.released.then(() => ({ keepState: false })),
      started.shutdown,
      termination().then(() => ({ keepState: true })),
    ])
    log(ending.keepState ? 'the lab ends; its state is kept' : 'the lab ends')
    await started.close()
    if (!ending.keepState) removeStateDirectory(state)
    return 0
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    log(`the lab cannot start: ${text}`)
    const why = error instanceof Error ? error.message : text
    const next =
      error instanceof DamagedDatabaseError
        ? "'fairway up --fresh' starts without what was stored"
        : `more is in ${state.log}`
    report({ kind: 'failed', exitCode: exit.undecided, message: `the lab cannot start: ${why}; ${next}` })
    return exit.undecided
  }
}

function termination(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
}
