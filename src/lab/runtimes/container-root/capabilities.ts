// Which of root's rights do the programs of a container have?
import type { Container } from '../../runtime.ts'

/** capabilities(7) by their names without CAP_. */
const known =
  'chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore'.split(
    ' ',
  )

/** What container runtimes give, but for `mknod`: nothing else here would keep a container from this machine's disks. */
const usual =
  'chown dac_override fsetid fowner net_raw setgid setuid setfcap setpcap net_bind_service sys_chroot kill audit_write'.split(
    ' ',
  )

/** What making and entering a container takes beyond that. */
const forSetUp = ['sys_admin', 'setpcap']

export interface Rights {
  /** Goes before the program that makes or enters the container's namespaces. */
  readonly prefix: readonly string[]
  /** What the script inside takes off again just before the container's program; empty when nothing is limited. */
  readonly taken: string
}

/**
 * The limit is the bounding set, which holds from the next program on; the set-up is a program itself, and keeps what it needs in
 * the inheritable set, until its script gives that up as well.
 */
export function rightsOf({ securityContext }: Pick<Container, 'securityContext'>): Rights {
  const { add = [], drop = [] } = securityContext?.capabilities ?? {}
  const [added, dropped] = [add.map(plain), drop.map(plain)]
  if (securityContext?.privileged === true || added.includes('all')) return { prefix: [], taken: '' }
  const kept = dropped.includes('all') ? [] : usual.filter(name => !dropped.includes(name))
  const limit = [...new Set([...kept, ...added.filter(name => known.includes(name))])]
  return {
    prefix: [
      ...['setpriv', `--inh-caps=${forSetUp.map(name => `+${name}`).join()}`, '--'],
      ...['setpriv', `--bounding-set=${['-all', ...limit.map(name => `+${name}`)].join()}`, '--'],
    ],
    taken: forSetUp.map(name => `-${name}`).join(),
  }
}

/** `NET_ADMIN` and `CAP_NET_ADMIN` mean the same. */
function plain(name: string): string {
  return name.toLowerCase().replace(/^cap_/, '')
}
