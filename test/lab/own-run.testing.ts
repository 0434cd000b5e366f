// Gives a test file a /run of its own, since files of one folder run side by side and use the same machine names.
import { mkdirSync } from 'node:fs'
import { check, libc } from '../../src/sys/libc.ts'
import { makeMountsPrivate, mountTmpfs } from '../../src/sys/mounts.ts'

const CLONE_NEWNS = 0x20000

/** For this thread and the programs it starts; Node's helper threads keep the old one, so files there are read synchronously. */
export function useOwnRun(): void {
  check('cannot make a mount namespace', libc.unshare(CLONE_NEWNS))
  makeMountsPrivate()
  mountTmpfs('/run')
  mkdirSync('/run/netns')
}
