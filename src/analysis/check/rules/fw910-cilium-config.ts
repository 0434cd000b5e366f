// Does cilium-config hold keys that Cilium has removed, renamed or never had?
import { type ConfigMap, configMaps } from '../../../objects/kinds/config-map.ts'
import { finding } from '../inventory.ts'
import type { Rule } from '../rule.ts'

interface Verdict {
  readonly applies: (value: string) => boolean
  readonly message: string
  readonly fix: string
}

const always = () => true

/** Key → what is wrong with it. Cilium 1.15 and newer. */
const verdicts: Readonly<Record<string, Verdict>> = {
  tunnel: {
    applies: always,
    message:
      'tunnel was removed in Cilium 1.15; the agent ignores it, and the default is a VXLAN tunnel, so `tunnel: disabled` has the opposite effect',
    fix: 'write routing-mode: native, with ipv4-native-routing-cidr set to the pod range and auto-direct-node-routes: "true"',
  },
  'policy-enforcement': {
    applies: always,
    message: 'policy-enforcement is not a key of cilium-config; the agent ignores it',
    fix: 'the key is enable-policy, with default, always or never',
  },
  masquerade: {
    applies: always,
    message: 'masquerade was renamed',
    fix: 'write enable-ipv4-masquerade (and enable-ipv6-masquerade)',
  },
  'enable-xt-socket-fallback': {
    applies: value => value === 'true',
    message: 'enable-xt-socket-fallback: "true" is the default, and matters only without eBPF host routing',
    fix: 'leave it out',
  },
}

export const ciliumConfig: Rule = {
  codes: ['FW910'],
  *check(input) {
    for (const entry of input.of<ConfigMap>(configMaps)) {
      const { namespace, name } = entry.object.metadata
      if (namespace !== 'kube-system' || name !== 'cilium-config') continue
      for (const [key, value] of Object.entries(entry.object.data ?? {})) {
        const verdict = verdicts[key]
        if (verdict === undefined || !verdict.applies(value)) continue
        yield finding(entry, ['data', key], {
          code: 'FW910',
          severity: key === 'enable-xt-socket-fallback' ? 'info' : 'warning',
          message: verdict.message,
          fix: verdict.fix,
        })
      }
    }
  },
}
