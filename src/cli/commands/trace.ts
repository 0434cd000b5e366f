// `fairway trace`: over which hops a connection goes, which rule decides at each, and whether it arrives.
import { parseArgs } from 'node:util'
import { foresee } from '../../analysis/trace/foresee.ts'
import type { LiveTrace } from '../../analysis/trace/live.ts'
import { trace as traceIn } from '../../analysis/trace/trace.ts'
import type { Trace } from '../../analysis/trace/trace-result.ts'
import { printText } from '../../diagnostics/print-text.ts'
import { leaveOutContradictions } from '../../site/leave-out.ts'
import { traceJson } from '../../view/trace-json.ts'
import { traceText } from '../../view/trace-text.ts'
import { type Command, exit, type Io, UndecidedError, UsageError } from '../command.ts'
import { findRunningLab } from '../find-lab.ts'
import { inventoryOf } from '../inventory-of.ts'
import { loadInput } from '../load-input.ts'
import { readInput } from '../read-input.ts'

export const trace: Command = {
  name: 'trace',
  summary: 'Over which hops a connection goes, and whether it arrives',
  usage: `Usage: fairway trace FROM TO [PATH] [-n NAMESPACE] [-o text|json]
       fairway trace FROM TO --live [--name LAB]

Tells every hop from FROM to TO with the reason for it: name, announcing node, Service, endpoint, the rule of the Ingress, pod; and where
the deciding object stands in your files. With PATH (or -f PATH) it reads a folder and needs no lab, no root and no Linux; without, it
asks the running lab.

FROM  laptop, router, internet, a node, or a pod: NAMESPACE/NAME of a pod or of the workload that made it
TO    service/NAME[:PORT], pod:NAMESPACE/NAME[:PORT], http(s)://HOST/PATH, tcp://HOST:PORT, udp://HOST:PORT

  -f, --input PATH      folder or file to read
  -n, --namespace NAME  of a Service or pod that is named without one (default: default)
  --live                send the packets too, in the running lab, and say of each hop whether it was seen
  --name LAB            which lab, when several run
  -o FORMAT             text (default) or json

  fairway trace laptop https://echo.anton.example/ scenarios/anton
  fairway trace default/frontend service/backend --live

Exit code: 0 it arrives; 1 it does not, or packets did otherwise than predicted; 3 it cannot be told.`,
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        input: { type: 'string' },
        filename: { type: 'string', short: 'f' },
        namespace: { type: 'string', short: 'n', default: 'default' },
        name: { type: 'string' },
        live: { type: 'boolean', default: false },
        output: { type: 'string', short: 'o', default: 'text' },
      },
    })
    const [from, to, third, ...more] = positionals
    if (from === undefined || to === undefined || more.length > 0)
      throw new UsageError('say from where and to what: fairway trace laptop https://echo.anton.example/')
    if (values.output !== 'text' && values.output !== 'json')
      throw new UsageError(`-o takes text or json, not ${JSON.stringify(values.output)}`)
    const path = third ?? values.filename ?? values.input
    const question = { from, to, namespace: values.namespace }
    if (path !== undefined && values.live)
      throw new UsageError('--live sends packets in a running lab: give no folder with it')
    const { trace, live } =
      path === undefined
        ? await askLab(question, { name: values.name, live: values.live, io })
        : { trace: await traceFolder(question, path, io), live: undefined }
    const text =
      values.output === 'json' ? traceJson(trace, live) : traceText(trace, { color: io.color, ...(live && { live }) })
    io.out(text)
    return exitCodeOf(trace, live)
  },
}

interface Question {
  readonly from: string
  readonly to: string
  readonly namespace: string
}

async function traceFolder(question: Question, path: string, io: Io): Promise<Trace> {
  const loaded = loadInput(await readInput(path, io))
  const errors = loaded.diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) io.note(printText(errors, { color: io.color }))
  // As the lab does it: what contradicts itself in the site is left out.
  const site = loaded.site === undefined ? undefined : leaveOutContradictions(loaded.site)
  if (site === undefined) {
    throw new UndecidedError(`no Site in ${path} that can be used: machines and address ranges are not known`)
  }
  const found = traceIn(foresee(inventoryOf({ ...loaded, site }), site), question)
  if ('misread' in found) throw new UsageError(found.misread)
  return found
}

interface Asking {
  readonly name: string | undefined
  readonly live: boolean
  readonly io: Io
}

async function askLab(question: Question, { name, live, io }: Asking) {
  const { control } = findRunningLab(name, io)
  const answer = await control.call('trace', { ...question, live })
  if ('misread' in answer) throw new UsageError(answer.misread)
  return { trace: answer.trace, live: answer.live }
}

/** Packets have the last word; where none was sent, the prediction. */
function exitCodeOf({ verdict }: Trace, live: LiveTrace | undefined): number {
  if (live?.result.sent === true) return live.result.arrived && live.agrees !== false ? exit.good : exit.bad
  return { yes: exit.good, no: exit.bad, unknown: exit.undecided }[verdict.kind]
}
