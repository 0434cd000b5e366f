import assert from 'node:assert/strict'
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { identify } from '../../sys/processes.ts'
import {
  clearRuntimeFiles,
  createStateDirectory,
  listLabs,
  removeStateDirectory,
  runningDaemon,
  stateDirectory,
  stateRoot,
  writeDaemonRecord,
} from './state-directory.ts'

function temporaryRoot(): Disposable & { readonly path: string } {
  const path = mkdtempSync('/tmp/fairway-state-')
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

test('the state is where the user says, else where his kind of account keeps such things', () => {
  assert.equal(stateRoot({ FAIRWAY_STATE_DIR: '/srv/labs', HOME: '/root' }, 0), '/srv/labs')
  assert.equal(stateRoot({ HOME: '/root' }, 0), '/var/lib/fairway')
  assert.equal(stateRoot({ HOME: '/home/ada', XDG_STATE_HOME: '/data/state' }, 1000), '/data/state/fairway')
  assert.equal(stateRoot({ HOME: '/home/ada', XDG_STATE_HOME: '' }, 1000), '/home/ada/.local/state/fairway')
})

test('a lab’s name is a plain one, and its path fits a socket', () => {
  for (const name of ['', '..', 'a/b', 'Anton', '-a', 'a-', 'a'.repeat(41)]) {
    assert.throws(() => stateDirectory('/srv', name), /not a name for a lab/)
  }
  assert.throws(() => stateDirectory(`/srv/${'x'.repeat(100)}`, 'anton'), /FAIRWAY_STATE_DIR/)
})

test('a state directory is its owner’s alone, is listed, and can be removed', () => {
  using root = temporaryRoot()
  assert.deepEqual(listLabs(join(root.path, 'none')), [])
  const state = stateDirectory(root.path, 'anton')
  createStateDirectory(state)
  createStateDirectory(state)
  assert.equal(statSync(state.path).mode & 0o777, 0o700)
  assert.deepEqual(listLabs(root.path), [state])
  removeStateDirectory(state)
  assert.deepEqual(listLabs(root.path), [])
})

test('what another user has put there is not taken for a lab', { skip: process.getuid?.() !== 0 }, () => {
  using root = temporaryRoot()
  const state = stateDirectory(root.path, 'anton')
  createStateDirectory(state)
  chownSync(state.path, 65_534, 65_534)
  assert.throws(() => createStateDirectory(state), /belongs to another user, whose id is 65534/)
})

test('a lab runs only while the very process that was noted does', () => {
  using root = temporaryRoot()
  const state = stateDirectory(root.path, 'anton')
  createStateDirectory(state)
  const supervisor = identify(process.pid)
  assert.ok(supervisor)
  const record = { supervisor, ports: { api: 6443 }, rootless: false, startedAt: 1 }
  assert.equal(runningDaemon(state), undefined)
  writeDaemonRecord(state, record)
  assert.equal(statSync(state.record).mode & 0o777, 0o600)
  assert.deepEqual(runningDaemon(state), record)
  // The same number, used again by a younger process.
  writeDaemonRecord(state, { ...record, supervisor: { ...supervisor, startTicks: supervisor.startTicks - 1 } })
  assert.equal(runningDaemon(state), undefined)
  writeDaemonRecord(state, { ...record, supervisor: { ...supervisor, bootId: 'another boot' } })
  assert.equal(runningDaemon(state), undefined)
  writeFileSync(state.record, '{"supervisor":')
  assert.equal(runningDaemon(state), undefined)
  clearRuntimeFiles(state)
  assert.equal(statSync(state.record, { throwIfNoEntry: false }), undefined)
})
