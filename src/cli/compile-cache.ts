// Where are compiled sources kept between starts? It halves the time to the first line.
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * For a start without the launcher, which tells Node before our first line. Node's own default is a folder in /tmp, which anybody
 * could have made first and filled with code for us to run.
 */
export function keepCompiled(env: NodeJS.ProcessEnv): void {
  const cache = env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache')
  // A folder that cannot be written only means that nothing is kept; that is reported in the result and no failure.
  enableCompileCache(join(cache, 'fairway', 'compiled'))
}
