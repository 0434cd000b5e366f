import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cidr } from '../../net/cidr.ts'
import { masqueradeRules } from './router.ts'

test('each family has one rule with all its networks', () => {
  const sources = [cidr('192.168.1.0/24'), cidr('10.244.0.0/24'), cidr('fd00:1::/64')]
  assert.equal(
    masqueradeRules(sources, 'eth1'),
    `table inet router {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "eth1" ip saddr { 192.168.1.0/24, 10.244.0.0/24 } masquerade
    oifname "eth1" ip6 saddr { fd00:1::/64 } masquerade
  }
}
`,
  )
})

test('a family without networks has no rule', () => {
  assert.doesNotMatch(masqueradeRules([cidr('192.168.1.0/24')], 'eth1'), /ip6/)
})
