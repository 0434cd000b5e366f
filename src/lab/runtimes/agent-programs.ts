// Which programs does a node's agent have that runbooks call, and how do they reach the daemon, which knows the answers?
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The variable that tells a program which node's agent it is in; Cilium's agent has it too. */
export const nodeVariable = 'K8S_NODE_NAME'

/**
 * `cilium` in a lab without Cilium: hands its arguments over and prints what comes back. When nobody answers it fails, so that no
 * script takes its silence for health.
 */
function ciliumScript(socket: string): string {
  return `#!/bin/sh
answer=$(
  for word do printf '%s\\0' "$word"; done |
    curl -sS --max-time 60 --noproxy '*' --unix-socket '${socket}' -H 'content-type: text/plain' --data-binary @- \\
      "http://agent/\${${nodeVariable}:-$HOSTNAME}"
  echo .
)
head=\${answer%%
*}
text=\${answer#*
}
text=\${text%.}
case $head in
'0 stdout' | [1-9]*' stdout') printf '%s' "$text" ;;
[1-9]*' stderr') printf '%s' "$text" >&2 ;;
*)
  echo "cilium: no answer: the daemon of this lab is not reachable at ${socket}" >&2
  exit 3 ;;
esac
exit "\${head%% *}"
`
}

/** Writes the programs into the directory, which is made. The socket's path goes into a script: no quotes in it. */
export function writeAgentPrograms(directory: string, socket: string): void {
  if (!/^[\w./-]+$/.test(socket)) throw new Error(`not a path for a script: ${JSON.stringify(socket)}`)
  mkdirSync(directory, { recursive: true })
  // Its name since Cilium 1.15, and the one that runbooks still have.
  for (const name of ['cilium-dbg', 'cilium'])
    writeFileSync(join(directory, name), ciliumScript(socket), { mode: 0o755 })
}
