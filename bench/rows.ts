// Which rows does the benchmark have, in the order in which they run?
import type { Bench } from './bench-context.ts'
import type { Measurement } from './measurement.ts'
import { apply } from './rows/apply.ts'
import { decode } from './rows/decode.ts'
import { kubectl } from './rows/kubectl.ts'
import { l4 } from './rows/l4.ts'
import { l7 } from './rows/l7.ts'
import { memory } from './rows/memory.ts'
import { services } from './rows/services.ts'
import { up } from './rows/up.ts'
import { version } from './rows/version.ts'

export interface Row {
  readonly name: string
  readonly summary: string
  readonly measure: (bench: Bench) => Promise<readonly Measurement[]>
}

export const rows: readonly Row[] = [
  { name: 'version', summary: 'the smallest answer of the command line', measure: version },
  { name: 'decode', summary: 'reading and checking 5,000 objects', measure: decode },
  { name: 'kubectl', summary: 'listing 5,000 pods with kubectl', measure: kubectl },
  { name: 'up', summary: 'from `fairway up` to the first 200, cold and warm', measure: up },
  { name: 'memory', summary: 'memory of the whole lab', measure: memory },
  { name: 'apply', summary: 'from `kubectl apply` to the first 200, and from delete to none', measure: apply },
  { name: 'l4', summary: 'through a load-balancer address, against straight to the pod', measure: l4 },
  { name: 'l7', summary: 'through NGINX, against a minimal one, HAProxy and Caddy', measure: l7 },
  { name: 'services', summary: 'thousands of Services into a node’s kernel', measure: services },
]
