// Which kernel settings the namespaces of a lab have, and why they differ from the defaults.
import type { Family } from '../../net/address.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import { type Settings, writeKnownSettings, writeSettings } from '../../sys/sysctl.ts'

/** Addresses are given, none is guessed, and nobody on these links could hold a duplicate. */
const givenAddresses: Settings = { 'net.ipv6.conf.default.accept_dad': 0, 'net.ipv6.conf.default.accept_ra': 0 }

/**
 * To be called before the namespace has interfaces: the `default` settings are what a new interface starts with. Nothing is written
 * for a pod without IPv6: to find a setting takes the kernel longer the more namespaces there are.
 */
export function preparePod(namespace: NetNamespace, families: ReadonlySet<Family>): void {
  if (families.has(6)) namespace.inside(() => writeSettings(givenAddresses))
}

/** A container's program may listen on port 80 without being root, as in Kubernetes. */
export function allowLowPorts(namespace: Pick<NetNamespace, 'inside'>): void {
  namespace.inside(() => writeSettings({ 'net.ipv4.ip_unprivileged_port_start': 0 }))
}

/**
 * A machine on the LAN: it may get packets on another interface than it would answer on. To be called before it has interfaces.
 * Loopback keeps `::1` in any case, since programs expect it.
 */
export function prepareMachine(namespace: NetNamespace, families: ReadonlySet<Family>): void {
  allowLowPorts(namespace)
  namespace.inside(() => {
    writeSettings(
      // Without it every interface gets a link-local address and multicast groups that nobody asked for.
      families.has(6) ? givenAddresses : { 'net.ipv6.conf.default.disable_ipv6': 1 },
    )
    writeSettings({
      // The effective value is the larger of `all` and the interface's own; both start at 0 only on some hosts.
      'net.ipv4.conf.all.rp_filter': 0,
      'net.ipv4.conf.default.rp_filter': 0,
      // An ARP request must not name a load-balancer address as its sender: that would teach the LAN the wrong place.
      'net.ipv4.conf.all.arp_announce': 2,
      // Every route is set; one learnt from a redirect would make two runs differ.
      'net.ipv4.conf.all.accept_redirects': 0,
      'net.ipv4.conf.default.accept_redirects': 0,
      'net.ipv4.conf.all.send_redirects': 0,
      'net.ipv4.conf.default.send_redirects': 0,
    })
  })
}

export function allowForwarding(namespace: NetNamespace, families: ReadonlySet<Family>): void {
  const settings: Record<string, number> = {}
  if (families.has(4)) settings['net.ipv4.ip_forward'] = 1
  if (families.has(6)) settings['net.ipv6.conf.all.forwarding'] = 1
  namespace.inside(() => writeSettings(settings satisfies Settings))
}

/** Frames that cross the LAN's switch must not be shown to a firewall on the way. */
export function keepBridgePure(namespace: NetNamespace): void {
  namespace.inside(() =>
    writeKnownSettings({
      'net.bridge.bridge-nf-call-iptables': 0,
      'net.bridge.bridge-nf-call-ip6tables': 0,
      'net.bridge.bridge-nf-call-arptables': 0,
    }),
  )
}
