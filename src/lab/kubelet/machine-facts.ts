// What is the machine that the lab runs on?
import { readFileSync } from 'node:fs'
import { arch, availableParallelism, release, totalmem } from 'node:os'
import type { MachineFacts } from './node-status.ts'

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', ia32: '386', arm: 'arm' }

export function readMachineFacts(versions: Pick<MachineFacts, 'kubernetesVersion' | 'fairwayVersion'>): MachineFacts {
  return {
    ...versions,
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    machineId: firstLine('/etc/machine-id') || '00000000000000000000000000000000',
    bootId: firstLine('/proc/sys/kernel/random/boot_id'),
    kernelVersion: release(),
    osImage: /^PRETTY_NAME="?([^"\n]*)/m.exec(read('/etc/os-release'))?.[1] ?? 'Linux',
    architecture: architectures[arch()] ?? arch(),
  }
}

function firstLine(path: string): string {
  return read(path).split('\n')[0] ?? ''
}

/** Empty when the file is not there, as /etc/machine-id in a container. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
