// Does a probe ask a port that its container has?
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts'
import type { Container } from '../../../objects/pods/defaults.ts'
import { finding } from '../inventory.ts'
import type { FieldPath, Rule } from '../rule.ts'
import { declaredPorts, type Workload, workloadsOf } from '../workloads.ts'

export const probePort: Rule = {
  codes: ['FW312'],
  *check(input) {
    for (const workload of workloadsOf(input).all) {
      // Init containers are probed too when they run on as sidecars.
      for (const field of ['initContainers', 'containers'] as const) {
        for (const [index, container] of (workload.spec?.[field] ?? []).entries()) {
          yield* examine(workload, container as Container, [...workload.specPath, field, index])
        }
      }
    }
  },
}

function* examine(workload: Workload, container: Container, path: FieldPath): Iterable<Diagnostic> {
  const own = declaredPorts(container)
  for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'] as const) {
    for (const handler of ['httpGet', 'tcpSocket', 'grpc'] as const) {
      const port = container[probe]?.[handler]?.port
      if (port === undefined || own.some(declared => declared.name === port || declared.port === port)) continue
      const isName = typeof port === 'string' && !/^\d+$/.test(port)
      // The containers of a pod share its ports; only names belong to one of them.
      if (!isName && workload.ports.some(declared => declared.port === Number(port))) continue
      if (!isName && own.length === 0) continue
      const ports = own.map(({ name, port }) => (name === undefined ? String(port) : `${name} (${port})`)).join(', ')
      yield finding(workload.entry, [...path, probe, handler, 'port'], {
        code: 'FW312',
        severity: isName ? 'error' : 'info',
        message: `${workload.owner}: the ${probe} of container ${container.name} asks port ${port}, which the container does not declare`,
        why: isName
          ? `The kubelet cannot find the port, so the probe fails each time${probe === 'readinessProbe' ? ' and the pod never gets traffic' : ''}.`
          : 'The program may listen there all the same; if not, the probe fails each time.',
        fix:
          own.length === 0
            ? `declare a containerPort with the name ${port}`
            : `ask one that is declared: ${ports}; or declare ${port}`,
      })
    }
  }
}
