// Runs one Unbound and keeps its records current over its control socket, without a restart.
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { DnsRecord } from '../../network/dns-record.ts'
import type { Runner } from '../../sys/runner.ts'
import { compileConfig, compileRecords, files, type UnboundPlan } from './compile.ts'
import { diffRecords, type RecordChange } from './diff.ts'

/** Ends every body of lines sent to the control socket. */
const endOfBody = '\n\x04\n'
const controlTimeoutMs = 5_000
/** Reading thousands of records takes a second; after this something is wrong. */
const readyTimeoutMs = 30_000

const reloadAll = { kind: 'reload' } as const

export class UnboundServer {
  readonly process: ChildProcess
  readonly #plan: UnboundPlan
  /** What the server answers; undefined where a failure has left that open. */
  #served: readonly DnsRecord[] | undefined
  #work: Promise<void> = Promise.resolve()

  /** Starts the server with these records; `ready` tells when it answers. */
  constructor(runner: Runner, plan: UnboundPlan, records: readonly DnsRecord[]) {
    this.#plan = plan
    this.#served = records
    mkdirSync(plan.directory, { recursive: true, mode: 0o700 })
    rmSync(this.#path('control'), { force: true })
    writeFileSync(this.#path('config'), compileConfig(plan))
    this.#writeRecords(records)
    this.process = runner.spawn('unbound', ['-c', this.#path('config')], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.process.once('error', error => {
      this.#failure = new Error(`cannot start unbound: ${error.message}`, { cause: error })
    })
  }

  /** Resolves once the control socket answers; rejects when the program ends before that, or takes too long. */
  async ready(): Promise<void> {
    const deadline = performance.now() + readyTimeoutMs
    for (let waitMs = 2; ; waitMs = Math.min(waitMs * 2, 50)) {
      const answered = await this.#command('status').then(
        () => true,
        () => false,
      )
      if (answered) return
      const { exitCode, signalCode } = this.process
      if (exitCode !== null || signalCode !== null) {
        throw new Error(`unbound ended with ${signalCode ?? exitCode} before it answered; its log says why`)
      }
      if (this.#failure !== undefined) throw this.#failure
      if (performance.now() > deadline) throw new Error(`unbound does not answer within ${readyTimeoutMs} ms`)
      await new Promise(resolve => setTimeout(resolve, waitMs))
    }
  }

  /** Brings the server to these records; calls queue up, and only the newest waiting one is carried out. */
  update(records: readonly DnsRecord[]): Promise<void> {
    this.#wanted = records
    this.#work = this.#work.then(
      () => this.#step(),
      () => this.#step(),
    )
    return this.#work
  }
  #wanted: readonly DnsRecord[] | undefined
  #failure: Error | undefined

  async #step(): Promise<void> {
    const [before, records] = [this.#served, this.#wanted]
    if (records === undefined || records === before) return
    // What is not known is mended by reading everything anew.
    const change = before === undefined ? reloadAll : diffRecords(before, records)
    if (change.kind === 'none') return
    this.#served = undefined
    try {
      await this.#carryOut(change, records)
      this.#served = records
    } catch (error) {
      // Half of it may be in. What the server took before it takes again, if it still answers.
      if (before !== undefined) {
        await this.#carryOut(reloadAll, before)
        this.#served = before
      }
      throw error
    }
  }

  async #carryOut(change: Exclude<RecordChange, { readonly kind: 'none' }>, records: readonly DnsRecord[]) {
    if (change.kind === 'reload') {
      this.#writeRecords(records)
      await this.#command('reload')
      await this.ready()
      return
    }
    const names = change.remove.map(name => `${name}.`)
    if (names.length > 0) await this.#command('local_datas_remove', names)
    if (change.add.length > 0) await this.#command('local_datas', change.add)
  }

  #writeRecords(records: readonly DnsRecord[]): void {
    writeFileSync(this.#path('records'), compileRecords(this.#plan.zones, records))
  }

  #path(file: keyof typeof files): string {
    return `${this.#plan.directory}/${files[file]}`
  }

  /** Version 1 of unbound-control's protocol: a line with the command, then the body, then the answer until the end. */
  #command(command: string, lines?: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#path('control'))
      let answer = ''
      socket.setTimeout(controlTimeoutMs, () =>
        socket.destroy(new Error(`unbound did not answer '${command}' in ${controlTimeoutMs} ms`)),
      )
      socket.on('connect', () => {
        socket.write(`UBCT1 ${command}\n`)
        if (lines !== undefined) socket.write(lines.join('\n') + endOfBody)
      })
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        answer += chunk
      })
      socket.on('error', reject)
      socket.on('end', () => {
        if (answer.startsWith('error')) reject(new Error(`unbound refused '${command}': ${answer.trim()}`))
        else resolve(answer)
      })
    })
  }
}
