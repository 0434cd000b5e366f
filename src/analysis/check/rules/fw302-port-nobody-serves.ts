// Is there a Service port that leads to a port no container has?
import { type Service, services } from '../../../objects/kinds/service.ts'
import { finding } from '../inventory.ts'
import type { Rule } from '../rule.ts'
import { workloadPods } from '../workloads.ts'

export const portNobodyServes: Rule = {
  code: 'FW302',
  title: 'A Service port leads to a port that no container declares',
  *check(input) {
    const pods = workloadPods(input)
    for (const entry of input.of<Service>(services)) {
      const { spec } = entry.object
      const selector = Object.entries(spec?.selector ?? {})
      if (selector.length === 0 || spec?.type === 'ExternalName') continue
      const namespace = entry.object.metadata.namespace ?? 'default'
      const selected = pods.filter(
        pod => pod.namespace === namespace && selector.every(([key, value]) => pod.labels[key] === value),
      )
      if (selected.length === 0) continue
      for (const [index, port] of (spec?.ports ?? []).entries()) {
        const target = port.targetPort ?? port.port
        const protocol = port.protocol ?? 'TCP'
        const served = selected.flatMap(pod => pod.ports)
        const isServed = served.some(
          candidate => candidate.protocol === protocol && (candidate.name === target || candidate.port === target),
        )
        // A container may listen on a port it does not declare; a name that nobody declares leads nowhere.
        if (isServed || (typeof target === 'number' && served.length === 0)) continue
        const offered = [
          ...new Set(
            served.map(({ name, port, protocol }) => `${name === undefined ? port : `${name} (${port})`}/${protocol}`),
          ),
        ]
        yield finding(entry, ['spec', 'ports', index, 'targetPort' in port ? 'targetPort' : 'port'], {
          code: 'FW302',
          severity: typeof target === 'number' ? 'warning' : 'error',
          message: `Service ${namespace}/${entry.object.metadata.name} port ${port.port} leads to ${target}/${protocol}, which no container of ${selected.map(pod => pod.owner).join(', ')} declares`,
          why:
            typeof target === 'number'
              ? 'connections are refused unless the program listens there all the same'
              : 'a named port without a container gives the Service no endpoint',
          fix:
            offered.length === 0
              ? `declare containerPort with name ${target}`
              : `declared are ${offered.join(', ')}; set targetPort to one of them`,
        })
      }
    }
  },
}
