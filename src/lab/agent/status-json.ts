// The answer to `cilium status -o json`: the fields of the agent's API, as far as they have a true value here.
import { familyOf } from '../../net/address.ts'
import { isHealthy } from './cluster-health.ts'
import { type AgentStatus, type ControllerState, poolText } from './status.ts'
import { stateOf, versionText } from './status-text.ts'

export function statusDocument(status: AgentStatus): object {
  const { facts, device, controllers, health, pools, masquerades, allocations, nowMs } = status
  const { major, minor, gitVersion, platform } = facts.kubernetes
  return {
    cilium: { state: stateOf(status), msg: versionText(status) },
    kubernetes: { state: 'Ok', msg: `${major}.${minor} (${gitVersion}) [${platform}]` },
    'kube-proxy-replacement': {
      mode: status.hasServices ? 'True' : 'False',
      deviceList: [{ name: device.name, ip: device.addresses }],
      directRoutingDevice: device.name,
      features: {
        nodePort: {
          enabled: true,
          algorithm: 'Random',
          mode: facts.loadBalancerMode.toUpperCase(),
          portMin: facts.nodePorts.first,
          portMax: facts.nodePorts.last,
        },
        sessionAffinity: { enabled: true },
        gracefulTermination: { enabled: true },
        externalIPs: { enabled: true },
        hostPort: { enabled: false },
        socketLB: { enabled: false },
      },
    },
    'host-firewall': { mode: 'Disabled' },
    'host-routing': { mode: 'Legacy' },
    routing: { 'inter-host-routing-mode': 'Native', 'intra-host-routing-mode': 'Legacy' },
    masquerading: {
      enabled: masquerades.size > 0,
      enabledProtocols: { ipv4: masquerades.has(4), ipv6: masquerades.has(6) },
    },
    ipam: { status: pools.map(poolText).join(', '), allocations: Object.fromEntries(allocations), ...listsOf(status) },
    controllers: controllers.map(controllerDocument),
    hubble: { state: 'Disabled' },
    encryption: { mode: 'Disabled' },
    cluster: {
      self: status.node,
      nodes: health.map(node => ({
        name: node.name,
        'primary-address': node.address,
        reachable: isHealthy(node),
        'node-answers': node.nodeAnswers,
        ...(node.podAnswers === undefined ? {} : { 'endpoint-answers': node.podAnswers }),
      })),
      timestamp: new Date(nowMs).toISOString(),
    },
  }
}

function listsOf({ allocations }: AgentStatus): object {
  const of = (family: 4 | 6) => [...allocations.keys()].filter(address => familyOf(address) === family)
  return { ipv4: of(4), ipv6: of(6) }
}

function controllerDocument({ name, lastSuccessMs, lastFailureMs, failures, message }: ControllerState): object {
  return {
    name,
    status: {
      'consecutive-failure-count': failures,
      ...(lastSuccessMs === undefined ? {} : { 'last-success-timestamp': new Date(lastSuccessMs).toISOString() }),
      ...(lastFailureMs === undefined ? {} : { 'last-failure-timestamp': new Date(lastFailureMs).toISOString() }),
      ...(message === undefined ? {} : { 'last-failure-msg': message }),
    },
  }
}
