// Is there a Service port that leads to a port no container has, or that only some of the selected pods have?
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts'
import { type Service, services } from '../../../objects/kinds/service.ts'
import { keyOf } from '../../../objects/object.ts'
import { finding, isWritten } from '../inventory.ts'
import type { Entry, Rule } from '../rule.ts'
import { type DeclaredPort, type Workload, workloadsOf } from '../workloads.ts'

export const portNobodyServes: Rule = {
  codes: ['FW302'],
  *check(input) {
    const workloads = workloadsOf(input)
    for (const entry of input.of<Service>(services)) {
      const { spec, metadata } = entry.object
      const selector = spec?.selector ?? {}
      if (Object.keys(selector).length === 0 || spec?.type === 'ExternalName') continue
      const selected = workloads.selectedBy(metadata.namespace ?? 'default', selector)
      if (selected.length === 0) continue
      for (const [index, { port, targetPort = port, protocol = 'TCP' }] of (spec?.ports ?? []).entries()) {
        const found = examine({ entry, index, port, target: targetPort, protocol, selected })
        if (found !== undefined) yield found
      }
    }
  },
}

interface PortQuestion {
  readonly entry: Entry<Service>
  readonly index: number
  readonly port: number
  readonly target: number | string
  readonly protocol: string
  readonly selected: readonly Workload[]
}

function examine(question: PortQuestion): Diagnostic | undefined {
  const { entry, index, port, target, protocol, selected } = question
  const serving = selected.filter(({ ports }) => ports.some(declared => serves(declared, question)))
  const path = ['spec', 'ports', index]
  const place = [...path, isWritten(entry, [...path, 'targetPort']) ? 'targetPort' : 'port']
  const isNumber = typeof target === 'number'
  const lead = `Service ${keyOf(entry.object)} port ${port} leads to ${target}/${protocol}`
  if (serving.length > 0) {
    const idle = isNumber ? selected.filter(workload => !serving.includes(workload) && isBystander(workload)) : []
    if (idle.length === 0) return undefined
    return finding(entry, place, {
      code: 'FW302',
      severity: 'warning',
      message: `${lead}, which ${owners(serving)} declares, but the selector takes in the pods of ${owners(idle)} too`,
      why: 'Connections are spread over all of these pods, and those that do not listen refuse their share.',
      fix: 'add a label to the selector that only the right pods have',
    })
  }
  const offered = [...new Set(selected.flatMap(({ ports }) => ports.map(portText)))]
  // A container may listen on a port it does not declare; a name that nobody declares leads nowhere.
  if (isNumber && offered.length === 0) return undefined
  return finding(entry, place, {
    code: 'FW302',
    severity: isNumber ? 'warning' : 'error',
    message: `${lead}, which no container of ${owners(selected)} declares`,
    why: isNumber
      ? 'Connections are refused unless the program listens there all the same.'
      : 'A named port without a container gives the Service no endpoint.',
    fix:
      offered.length === 0
        ? `declare a containerPort with the name ${target}`
        : `set targetPort to one that is declared: ${offered.join(', ')}`,
  })
}

function serves(declared: DeclaredPort, { target, protocol }: PortQuestion): boolean {
  return declared.protocol === protocol && (declared.name === target || declared.port === target)
}

/** Pods that declare other ports, or that come and go with a Job, are not meant by the Service. */
function isBystander({ kind, ports }: Workload): boolean {
  return ports.length > 0 || kind === 'Job' || kind === 'CronJob'
}

function owners(workloads: readonly Workload[]): string {
  const names = workloads.slice(0, 3).map(({ owner }) => owner)
  return workloads.length > 3 ? `${names.join(', ')} and ${workloads.length - 3} more` : names.join(', ')
}

function portText({ name, port, protocol }: DeclaredPort): string {
  return name === undefined ? `${port}/${protocol}` : `${name} (${port}/${protocol})`
}
