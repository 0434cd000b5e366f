// Which files does a container's private root start with?
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { nslookupScript, withoutNslookup } from './nslookup.ts'

/** Where Debian's busybox-static and others put it. */
const busyboxPaths = ['/bin/busybox', '/usr/bin/busybox', '/sbin/busybox', '/usr/sbin/busybox']

export interface RootFiles {
  readonly resolvConf: string
  readonly hosts: string
  readonly hostname: string
  /** PEM of the authorities that programs inside trust. */
  readonly trustedCertificates?: string
}

/**
 * One copy of busybox with a link for each applet, shared by all containers: about 2 MB once.
 * Throws with the command that helps when busybox is not installed.
 */
export function prepareApplets(directory: string): string {
  const applets = join(directory, 'applets')
  if (existsSync(applets)) return applets
  const busybox = busyboxPaths.find(path => existsSync(path))
  if (busybox === undefined) throw new Error('busybox is not installed; try: apt-get install busybox-static')
  // Made aside and then renamed, so that a half-made directory is never taken for a whole one.
  const making = `${applets}.${process.pid}`
  mkdirSync(making, { recursive: true })
  const program = readFileSync(busybox)
  const changed = withoutNslookup(program)
  writeFileSync(join(making, 'busybox'), changed ?? program, { mode: 0o755 })
  if (changed !== undefined) writeFileSync(join(making, 'nslookup'), nslookupScript, { mode: 0o755 })
  const names = execFileSync(join(making, 'busybox'), ['--list'], { encoding: 'utf8' }).split('\n')
  for (const name of names)
    if (/^[\w.[-]+$/.test(name) && name !== 'busybox') symlinkSync('busybox', join(making, name))
  renameSync(making, applets)
  return applets
}

/** The small root of a busybox container. Programs write into it freely; it goes with the pod. */
export function writeBusyboxRoot(root: string, files: RootFiles): void {
  for (const directory of ['bin', 'etc', 'home', 'root', 'tmp', 'usr', 'var/run', 'var/log', 'opt', 'mnt', 'srv']) {
    mkdirSync(join(root, directory), { recursive: true })
  }
  chmodSync(join(root, 'tmp'), 0o1777)
  for (const [link, target] of [
    ['sbin', 'bin'],
    ['usr/bin', '../bin'],
    ['usr/sbin', '../bin'],
  ] as const) {
    if (!existsSync(join(root, link))) symlinkSync(target, join(root, link))
  }
  write(root, 'etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n')
  write(root, 'etc/group', 'root:x:0:\nnogroup:x:65534:\n')
  write(root, 'etc/nsswitch.conf', 'passwd: files\ngroup: files\nhosts: files dns\n')
  write(root, 'etc/os-release', 'NAME="Fairway lab container"\nID=fairway\n')
  writeNetworkFiles(root, files)
}

/** What both kinds of root share: names, resolver, trust. Written before the root is laid over the machine's files. */
export function writeNetworkFiles(root: string, { resolvConf, hosts, hostname, trustedCertificates }: RootFiles): void {
  write(root, 'etc/resolv.conf', resolvConf)
  write(root, 'etc/hosts', hosts)
  write(root, 'etc/hostname', `${hostname}\n`)
  if (trustedCertificates !== undefined) {
    write(root, 'etc/ssl/certs/ca-certificates.crt', trustedCertificates)
    write(root, 'etc/ssl/cert.pem', trustedCertificates)
  }
}

function write(root: string, path: string, text: string): void {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  // After a restart of the container a link may stand here; writing through it would leave the root.
  rmSync(file, { force: true })
  writeFileSync(file, text)
}
