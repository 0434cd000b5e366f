// How is the daemon started: the same Node, the same sources or bundle as this command.
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * In MB. Node's own choice lets what is short-lived grow to three times 16 MB, and the heap with it: 500 pods take 290 MB in all instead
 * of 390, and start as fast.
 */
const youngGeneration = '--max-semi-space-size=4'

/** Program and arguments. In the package everything is one bundle, which has the daemon beside it. */
export function daemonCommand(): readonly string[] {
  const here = fileURLToPath(import.meta.url)
  const entry = here.endsWith('.ts') ? join(dirname(here), 'daemon', 'main.ts') : join(dirname(here), 'daemon.js')
  return [process.execPath, '--disable-warning=ExperimentalWarning', youngGeneration, entry]
}
