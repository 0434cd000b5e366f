import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitStatus } from './exit-status.ts'
import { readLogOptions, readSessionRequest } from './stream-request.ts'

const query = (text: string) => new URLSearchParams(text)

test('a command keeps its arguments apart, and flags are read as the API server reads them', () => {
  const { options, wanted } = readSessionRequest(
    query('command=sh&command=-c&command=a%20b&stdin=1&stdout=true&tty=false&container=main'),
    'exec',
  )
  assert.deepEqual(options, { command: ['sh', '-c', 'a b'], tty: false, stdin: true, container: 'main' })
  assert.deepEqual(wanted, { stdin: true, stdout: true, stderr: false, tty: false })
})

test('a session without any channel, or without a command, is refused', () => {
  assert.throws(() => readSessionRequest(query('command=ls'), 'exec'), {
    code: 400,
    message: 'you must specify at least 1 of stdin, stdout, stderr',
  })
  assert.throws(() => readSessionRequest(query('stdout=true'), 'exec'), { code: 400 })
  assert.deepEqual(readSessionRequest(query('stdout=true'), 'attach').options.command, [])
})

test('log options come as numbers and times, and nonsense is named', () => {
  assert.deepEqual(readLogOptions(query('tailLines=0&sinceSeconds=60'), 100_000), {
    follow: false,
    previous: false,
    timestamps: false,
    tailLines: 0,
    sinceMs: 40_000,
  })
  assert.equal(readLogOptions(query('sinceTime=2026-01-01T00:00:00Z'), 0).sinceMs, Date.UTC(2026, 0, 1))
  for (const wrong of [
    'tailLines=-1',
    'tailLines=x',
    'limitBytes=0',
    'sinceTime=yesterday',
    'sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z',
  ]) {
    assert.throws(() => readLogOptions(query(wrong), 0), { code: 400 }, wrong)
  }
})

test('an exit code travels as the cause that kubectl reads', () => {
  assert.deepEqual(exitStatus({ code: 0 }), { metadata: {}, status: 'Success' })
  assert.deepEqual(exitStatus({ code: 3 }).details, { causes: [{ reason: 'ExitCode', message: '3' }] })
  assert.equal(exitStatus({ failed: 'no shell' }).message, 'no shell')
})
