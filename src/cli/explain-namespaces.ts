// Why did the kernel refuse to make a lab's namespaces, and what would change its mind?

export interface Refusal {
  /** The lab was to run inside a user namespace. */
  readonly rootless: boolean
  /** The last words of unshare(1). */
  readonly said: string
  /** A setting of the kernel by its name below /proc/sys; undefined when this kernel has no such setting. */
  readonly setting: (name: string) => string | undefined
}

interface Limit {
  readonly name: string
  /** The value with which an ordinary user can make no namespaces. */
  readonly forbids: string
  readonly allow: string
}

/** The switches by which distributions take user namespaces from ordinary users. */
const limits: readonly Limit[] = [
  { name: 'user/max_user_namespaces', forbids: '0', allow: 'user.max_user_namespaces=15000' },
  { name: 'kernel/unprivileged_userns_clone', forbids: '0', allow: 'kernel.unprivileged_userns_clone=1' },
  {
    name: 'kernel/apparmor_restrict_unprivileged_userns',
    forbids: '1',
    allow: 'kernel.apparmor_restrict_unprivileged_userns=0',
  },
]

export function explainNamespaces({ rootless, said, setting }: Refusal): string {
  const words = said === '' ? '' : ` (${said})`
  if (!rootless) {
    return `this machine does not let root make namespaces${words}; in a container that takes --privileged, or at least the capability SYS_ADMIN without a seccomp profile`
  }
  const found = limits.find(({ name, forbids }) => setting(name) === forbids)
  if (found !== undefined) {
    return `this machine does not let ordinary users make namespaces: ${found.name.replace('/', '.')} is ${found.forbids}${words}. Run 'sudo sysctl -w ${found.allow}' once, or start the lab as root`
  }
  return `this machine does not let ordinary users make namespaces${words}; start the lab as root`
}
