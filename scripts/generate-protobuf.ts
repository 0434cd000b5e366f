// Writes src/apiserver/protobuf/generated/messages.json: which field number means which field in the protobuf form of
// the Kubernetes API. Usage: node scripts/generate-protobuf.ts /path/to/kubectl
//
// Clients of the API carry these numbers in themselves, as the descriptors that protobuf's code generator leaves in every
// program (compressed FileDescriptorProto messages). They never change their meaning from one release to the next.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { FieldType, MessageTable } from '../src/apiserver/protobuf/message-table.ts'
import { readFields, type WireValue } from '../src/apiserver/protobuf/wire.ts'

/** Kinds that clients send; everything they contain comes along. */
const roots = [
  ...kinds('k8s.io.api.core.v1', 'Namespace Node Pod Service Endpoints ConfigMap Secret ServiceAccount Event Binding'),
  ...kinds('k8s.io.api.core.v1', 'PersistentVolume PersistentVolumeClaim ResourceQuota LimitRange'),
  ...kinds('k8s.io.api.apps.v1', 'Deployment ReplicaSet StatefulSet DaemonSet'),
  ...kinds('k8s.io.api.batch.v1', 'Job CronJob'),
  ...kinds('k8s.io.api.networking.v1', 'Ingress IngressClass NetworkPolicy'),
  ...kinds('k8s.io.api.discovery.v1', 'EndpointSlice'),
  ...kinds('k8s.io.api.coordination.v1', 'Lease'),
  ...kinds('k8s.io.api.policy.v1', 'Eviction PodDisruptionBudget'),
  ...kinds('k8s.io.api.autoscaling.v1', 'Scale'),
  ...kinds('k8s.io.api.autoscaling.v2', 'HorizontalPodAutoscaler'),
  ...kinds('k8s.io.api.rbac.v1', 'Role ClusterRole RoleBinding ClusterRoleBinding'),
  ...kinds('k8s.io.api.scheduling.v1', 'PriorityClass'),
  ...kinds('k8s.io.api.storage.v1', 'StorageClass'),
  ...kinds('k8s.io.api.authentication.v1', 'TokenRequest TokenReview SelfSubjectReview'),
  ...kinds(
    'k8s.io.api.authorization.v1',
    'SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview LocalSubjectAccessReview',
  ),
  ...kinds('k8s.io.apimachinery.pkg.apis.meta.v1', 'DeleteOptions'),
]

/** The two fields whose names in JSON differ, because a generator once lowered only their first letter. */
const jsonNames: Readonly<Record<string, string>> = { uID: 'uid', aPIGroup: 'apiGroup' }

function kinds(group: string, names: string): string[] {
  return names.split(' ').map(name => `${group}.${name}`)
}

const program = process.argv[2]
if (program === undefined) throw new Error('usage: node scripts/generate-protobuf.ts /path/to/kubectl')

const all = new Map<string, Record<string, FieldType>>()
for (const descriptor of descriptorsIn(readFileSync(program))) readFile(descriptor)

const table: Record<string, Record<string, FieldType>> = {}
const open = [...roots]
for (let name = open.pop(); name !== undefined; name = open.pop()) {
  if (Object.hasOwn(table, name)) continue
  const message = all.get(name)
  if (message === undefined) throw new Error(`${program} knows no message ${name}`)
  table[name] = message
  for (const [, , type] of Object.values(message)) if (type.includes('.')) open.push(type)
}
const sorted: MessageTable = Object.fromEntries(Object.entries(table).sort(([a], [b]) => (a < b ? -1 : 1)))
const lines = Object.entries(sorted).map(([name, fields]) => `${JSON.stringify(name)}:${JSON.stringify(fields)}`)
const target = join(import.meta.dirname, '../src/apiserver/protobuf/generated/messages.json')
writeFileSync(target, `{\n${lines.join(',\n')}\n}\n`)
console.log(`${lines.length} messages written to ${target}`)

function* descriptorsIn(bytes: Buffer): Generator<Uint8Array> {
  const magic = Buffer.from([0x1f, 0x8b, 0x08])
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    try {
      const content = gunzipSync(bytes.subarray(at, at + 1_000_000))
      if (content.subarray(0, 120).includes('k8s.io/api')) yield content
    } catch {
      // Three bytes that look like the start of a gzip stream and are not.
    }
  }
}

/** FileDescriptorProto: package = 2, message_type = 4. */
function readFile(bytes: Uint8Array): void {
  const fields = [...readFields(bytes)]
  const group = text(fields.find(field => field.number === 2)?.value)
  for (const { number, value } of fields) if (number === 4) readMessage(group, bytesOf(value))
}

/** DescriptorProto: name = 1, field = 2, nested_type = 3 (Kubernetes nests nothing but map entries). */
function readMessage(group: string, bytes: Uint8Array): void {
  const fields = [...readFields(bytes)]
  const name = `${group}.${text(fields.find(field => field.number === 1)?.value)}`
  const message: Record<string, FieldType> = {}
  for (const { number, value } of fields) {
    if (number === 3) readMessage(name, bytesOf(value))
    if (number !== 2) continue
    const field = readField(bytesOf(value))
    message[field.number] = [jsonNames[field.name] ?? field.name, field.repeated ? 'list' : 'one', field.type]
  }
  all.set(name, message)
}

/** FieldDescriptorProto: name = 1, number = 3, label = 4 (3: repeated), type = 5, type_name = 6. */
function readField(bytes: Uint8Array) {
  const fields = new Map([...readFields(bytes)].map(({ number, value }) => [number, value]))
  const typeName = text(fields.get(6)).replace(/^\./, '')
  return {
    name: text(fields.get(1)),
    number: Number(fields.get(3)?.value ?? 0),
    repeated: Number(fields.get(4)?.value ?? 0) === 3,
    type: typeName === '' ? scalarName(Number(fields.get(5)?.value ?? 0)) : typeName,
  }
}

function scalarName(type: number): string {
  const name = {
    1: 'double',
    3: 'integer',
    4: 'integer',
    5: 'integer',
    8: 'boolean',
    9: 'string',
    12: 'bytes',
    13: 'integer',
  }[type]
  if (name === undefined)
    throw new Error(`a field has the protobuf type ${type}, which the Kubernetes API did not use so far`)
  return name
}

function bytesOf(value: WireValue): Uint8Array {
  if (value.kind !== 'bytes') throw new Error(`expected bytes, found ${value.kind}`)
  return value.value
}

function text(value: WireValue | undefined): string {
  return value === undefined ? '' : Buffer.from(bytesOf(value)).toString('utf8')
}
