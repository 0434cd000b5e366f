// What this machine's NGINX is, and which user its workers can be.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Runner } from '../../sys/runner.ts'
import { type NginxVersion, parseVersion } from './version.ts'

export interface NginxOnMachine {
  readonly version: NginxVersion
  readonly user: string
  readonly ipv6: boolean
  readonly processors: number
  readonly openFiles: number
}

/** Rejects when there is no NGINX, or one that does not say its version. */
export async function examineNginx(runner: Pick<Runner, 'run'>): Promise<NginxOnMachine> {
  const { stdout, stderr } = await runner.run('nginx', ['-v'])
  const version = parseVersion(`${stdout}${stderr}`)
  if (version === undefined) throw new Error(`nginx -v says nothing known: ${JSON.stringify(stdout + stderr)}`)
  return {
    version,
    user: workerUser(),
    ipv6: hasIpv6(),
    processors: availableParallelism(),
    openFiles: openFilesLimit(),
  }
}

/** Debian's account for web servers, if this process may become it: in a user namespace often only root exists. */
function workerUser(): string {
  const account = /^www-data:[^:]*:(\d+):(\d+):/m.exec(readText('/etc/passwd'))
  if (account === null) return 'root'
  const isMapped =
    isWithin(Number(account[1]), '/proc/self/uid_map') && isWithin(Number(account[2]), '/proc/self/gid_map')
  return isMapped ? 'www-data' : 'root'
}

function isWithin(id: number, map: string): boolean {
  return readText(map)
    .split('\n')
    .map(line => line.trim().split(/\s+/).map(Number))
    .some(([inside, , count]) => inside !== undefined && count !== undefined && id >= inside && id < inside + count)
}

function hasIpv6(): boolean {
  return readText('/proc/net/if_inet6') !== ''
}

/** The hard limit, up to which any process may raise its own. */
function openFilesLimit(): number {
  const limit = /^Max open files\s+\S+\s+(\S+)/m.exec(readText('/proc/self/limits'))?.[1]
  return limit === undefined || limit === 'unlimited' ? 1_048_576 : Number(limit)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
