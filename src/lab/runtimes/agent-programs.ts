// Which programs does a node's agent have that runbooks call, and what do they say?
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Commands of Cilium's agent that runbooks use, and where this lab tells the same. */
const commands: readonly { readonly words: string; readonly instead: string }[] = [
  { words: 'status', instead: 'kubectl get nodes; kubectl get pods -n kube-system -l k8s-app=cilium; fairway status' },
  { words: 'policy get', instead: 'kubectl get networkpolicies,ciliumnetworkpolicies,ciliumclusterwidenetworkpolicies -A' },
  { words: 'service list', instead: 'kubectl get services,endpointslices -A' },
  { words: 'bpf lb list', instead: 'kubectl exec -n kube-system ds/cilium -- nft list table inet fairway-services' },
  { words: 'connectivity test', instead: 'fairway status; fairway exec laptop -- curl URL' },
] // biome-ignore format: a table

/** As for every command of Fairway: there is no answer because something is missing. */
const undecided = 3

function answerTo({ words, instead }: (typeof commands)[number]): string {
  return `
'${words}' | '${words} '*)
  echo "cilium ${words}: no answer yet: this node's agent is Fairway's own, on nftables; Cilium does not run here."
  echo "Look here instead: ${instead}" ;;`
}

/**
 * `cilium` in a lab without Cilium. It says what is missing and where to look, and fails, so that no script takes its silence for
 * health.
 */
const ciliumScript = `#!/bin/sh
exec >&2
case "$*" in${commands.map(answerTo).join('')}
*)
  echo "cilium\${1:+ $*}: not known to this node's agent, which is Fairway's own; Cilium does not run here."
  echo "Commands that it will answer: ${commands.map(({ words }) => words).join(', ')}." ;;
esac
exit ${undecided}
`

/** Writes the programs into the directory, which is made. */
export function writeAgentPrograms(directory: string): void {
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'cilium'), ciliumScript, { mode: 0o755 })
}
