// How a kernel setting of the current network namespace is written and read.
import { readFileSync, writeFileSync } from 'node:fs'

/** Dotted as in sysctl(8), with interface names that may hold no dot: `net.ipv4.ip_forward`. */
export type Settings = Readonly<Record<string, number | string>>

/** Call it inside the namespace. `/proc/sys/net` shows the namespace of the thread that opens the file. */
export function writeSettings(settings: Settings): void {
  for (const [name, value] of Object.entries(settings)) writeFileSync(pathOf(name), String(value))
}

/** As `writeSettings`, but a setting that this kernel does not have is passed over; answers the names of those. */
export function writeKnownSettings(settings: Settings): readonly string[] {
  const unknown: string[] = []
  for (const [name, value] of Object.entries(settings)) {
    try {
      writeFileSync(pathOf(name), String(value))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
      unknown.push(name)
    }
  }
  return unknown
}

export function readSetting(name: string): string {
  return readFileSync(pathOf(name), 'utf8').trim()
}

function pathOf(name: string): string {
  if (!/^net(\.[a-z0-9_-]+)+$/i.test(name)) throw new Error(`not a network setting: ${JSON.stringify(name)}`)
  return `/proc/sys/${name.replaceAll('.', '/')}`
}
