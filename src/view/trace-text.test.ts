import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Trace } from '../analysis/trace/trace-result.ts'
import { traceJson } from './trace-json.ts'
import { traceText } from './trace-text.ts'

const trace: Trace = {
  from: 'laptop',
  to: 'tcp://192.168.1.200:80',
  hops: [
    { kind: 'from', says: 'laptop (192.168.1.50), on the LAN', details: [], outcome: 'passes' },
    {
      kind: 'endpoint',
      says: 'Service default/web has no ready endpoint: the connection is refused at once',
      details: [
        {
          text: 'the port',
          object: 'Service/default/web',
          field: 'spec.ports[0]',
          position: { file: 'web.yaml', line: 7, column: 5 },
        },
      ],
      outcome: 'stops',
    },
  ],
  verdict: { kind: 'no', why: 'nobody is ready', hop: 1, fix: 'kubectl get pods' },
}

test('a trace is one line for each hop, with what led to it and where it stands', () => {
  assert.equal(
    traceText(trace, { color: false }),
    [
      'laptop → tcp://192.168.1.200:80',
      '',
      '✓ from       laptop (192.168.1.50), on the LAN',
      '✗ endpoint   Service default/web has no ready endpoint: the connection is refused at once',
      '              the port  Service/default/web spec.ports[0]  web.yaml:7',
      '',
      'no: nobody is ready',
      '  fix: kubectl get pods',
    ].join('\n'),
  )
})

test('what packets showed stands below its hop, and the comparison at the end', () => {
  const text = traceText(trace, {
    color: false,
    live: {
      hops: [
        { kind: 'seen', what: 'sent from port 40000' },
        { kind: 'not-seen', what: 'it went through all the same' },
      ],
      result: { sent: true, arrived: true, what: 'a connection was made', ms: 1.4 },
      agrees: false,
      brokenHop: 1,
    },
  })
  assert.match(text, /^ {14}seen {6}sent from port 40000$/m)
  assert.match(text, /^ {14}NOT SEEN {2}it went through all the same$/m)
  assert.match(text, /^packets: arrived: a connection was made \(1 ms\); NOT as predicted$/m)
  assert.match(text, /^ {2}the first hop that was not seen: endpoint: Service default\/web/m)
})

test('the JSON says its version and holds the same', () => {
  const { apiVersion, kind, ...rest } = JSON.parse(traceJson(trace)) as Record<string, unknown>
  assert.deepEqual([apiVersion, kind], ['fairway.dev/v1', 'Trace'])
  assert.deepEqual(rest, trace)
})
