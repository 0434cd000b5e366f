// Which process may work in a directory: a lock that the kernel gives up when its last holder is gone.
import { closeSync, openSync } from 'node:fs'
import { lastErrno, libc, SystemCallError } from './libc.ts'

const LOCK_EX = 2
const LOCK_NB = 4
const EWOULDBLOCK = 11

/**
 * An open descriptor that holds the lock, as do all processes that inherit it; undefined when another holds it.
 * The file is made when it is missing, and its text is nobody's business here.
 */
export function takeFileLock(path: string): number | undefined {
  const fd = openSync(path, 'a', 0o600)
  if (libc.flock(fd, LOCK_EX | LOCK_NB) === 0) return fd
  const errno = lastErrno()
  closeSync(fd)
  if (errno === EWOULDBLOCK) return undefined
  throw new SystemCallError(`cannot lock ${path}`, errno)
}
