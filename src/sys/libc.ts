// Which functions of the C library Fairway calls directly, and how their failures become errors.
import koffi from 'koffi'

/** A system call that failed: what was tried in words, and the kernel's answer. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError'
  /** `EPERM`, `EEXIST` … as in errno(3). */
  readonly code: string
  readonly errno: number

  constructor(attempt: string, errno: number, detail = '') {
    const code = errnoName(errno)
    super(`${attempt}: ${code}${meanings[code] === undefined ? '' : ` (${meanings[code]})`}${detail && `: ${detail}`}`)
    this.code = code
    this.errno = errno
  }
}

const meanings: Readonly<Record<string, string>> = {
  EPERM: 'this needs root or a user namespace',
  EACCES: 'permission denied',
  EEXIST: 'it exists already',
  ENOENT: 'no such thing',
  ENODEV: 'no such interface',
  ESRCH: 'no such entry',
  EBUSY: 'it is in use',
  EADDRINUSE: 'something listens there already',
  EADDRNOTAVAIL: 'no interface has that address',
  ENETUNREACH: 'no route leads there',
  EHOSTUNREACH: 'no route leads there',
  EOPNOTSUPP: 'the kernel does not support it',
  ENOSPC: 'a limit of the kernel or the disk is reached',
  EMFILE: 'too many open files in this process',
}

const names = new Map(Object.entries(koffi.os.errno).map(([name, value]) => [value, name]))
// Two numbers carry two names each on Linux; these are the ones that strace and man pages use.
names.set(koffi.os.errno.EAGAIN ?? 11, 'EAGAIN')
names.set(koffi.os.errno.EOPNOTSUPP ?? 95, 'EOPNOTSUPP')

export function errnoName(errno: number): string {
  return names.get(errno) ?? `errno ${errno}`
}

// Node itself is linked to the C library, so the process's own symbols are the right ones with glibc and with musl.
const library = koffi.load(null)

/**
 * The raw calls. They return -1 on failure, and errno must then be read at once: anything in between may change it.
 * `call` does that; use the raw ones only where failure is an ordinary answer.
 */
export const libc = {
  unshare: declare<(flags: number) => number>('int unshare(int flags)'),
  setns: declare<(fd: number, kind: number) => number>('int setns(int fd, int kind)'),
  mount: declare<(source: string, target: string, type: string | null, flags: number, data: string | null) => number>(
    'int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)',
  ),
  umount2: declare<(target: string, flags: number) => number>('int umount2(const char *target, int flags)'),
  sethostname: declare<(name: string, length: number) => number>('int sethostname(const char *name, size_t length)'),
  socket: declare<(family: number, type: number, protocol: number) => number>(
    'int socket(int family, int type, int protocol)',
  ),
  bind: declare<(fd: number, address: Uint8Array, length: number) => number>(
    'int bind(int fd, const void *address, unsigned int length)',
  ),
  getsockname: declare<(fd: number, address: Uint8Array, length: Uint8Array) => number>(
    'int getsockname(int fd, _Out_ void *address, _Inout_ void *length)',
  ),
  listen: declare<(fd: number, backlog: number) => number>('int listen(int fd, int backlog)'),
  setsockopt: declare<(fd: number, level: number, option: number, value: Uint8Array, length: number) => number>(
    'int setsockopt(int fd, int level, int option, const void *value, unsigned int length)',
  ),
  send: declare<(fd: number, data: Uint8Array, length: number, flags: number) => number>(
    'intptr_t send(int fd, const void *data, size_t length, int flags)',
  ),
  sendto: declare<
    (fd: number, data: Uint8Array, length: number, flags: number, to: Uint8Array, toLength: number) => number
  >('intptr_t sendto(int fd, const void *data, size_t length, int flags, const void *to, unsigned int toLength)'),
  recv: declare<(fd: number, data: Uint8Array, length: number, flags: number) => number>(
    'intptr_t recv(int fd, _Out_ void *data, size_t length, int flags)',
  ),
  ioctl: declare<(fd: number, request: number, argument: Uint8Array) => number>(
    'int ioctl(int fd, unsigned long request, _Inout_ void *argument)',
  ),
  posixOpenpt: declare<(flags: number) => number>('int posix_openpt(int flags)'),
  grantpt: declare<(fd: number) => number>('int grantpt(int fd)'),
  unlockpt: declare<(fd: number) => number>('int unlockpt(int fd)'),
  ifNameToIndex: declare<(name: string) => number>('unsigned int if_nametoindex(const char *name)'),
  flock: declare<(fd: number, operation: number) => number>('int flock(int fd, int operation)'),
  /** bpf(2), which the C library has no function for; `call` is its number. */
  bpf: declare<(call: number, command: number, attributes: Uint8Array, length: number) => number>(
    'long syscall(long call, int command, _Inout_ void *attributes, unsigned int length)',
  ),
  abort: declare<() => void>('void abort()'),
} as const

/** Runs one of the calls above and throws `SystemCallError` when it answers -1. */
export function check(attempt: string | (() => string), result: number): number {
  if (result >= 0) return result
  const errno = koffi.errno()
  throw new SystemCallError(typeof attempt === 'string' ? attempt : attempt(), errno)
}

/** The errno of the last call that answered -1; valid only right after it. */
export function lastErrno(): number {
  return koffi.errno()
}

function declare<T>(definition: string): T {
  return library.func(definition) as T
}
