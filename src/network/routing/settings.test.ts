import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from './settings.ts'

const read = (data: Readonly<Record<string, string>>) =>
  readSettings({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'nginx-configuration', namespace: 'network' },
    data,
  })

test("Anton's tuning is honoured whole, and every borrowed name is told its right one", () => {
  const { settings, diagnostics } = read({
    'worker-processes': 'auto',
    'worker-connections': '1024',
    'keepalive-timeout': '65',
    'client-body-buffer-size': '128k',
    'client-max-body-size': '50m',
    'enable-gzip': 'true',
    'gzip-level': '6',
    'gzip-types': 'text/plain application/json application/javascript text/css',
  })
  assert.deepEqual(settings, {
    workerProcesses: 'auto',
    workerConnections: 1024,
    keepaliveTimeoutSeconds: 65,
    clientBodyBufferBytes: 131_072,
    clientMaxBodyBytes: 52_428_800,
    gzip: { level: 6, types: ['text/plain', 'application/json', 'application/javascript', 'text/css'] },
  })
  assert.deepEqual(
    diagnostics.map(({ code, fix }) => `${code} ${fix}`),
    [
      'FW901 write proxy-body-size: "50m"',
      'FW901 write use-gzip: "true"',
      'FW901 write keep-alive: "65"',
      'FW901 write max-worker-connections: "1024"',
    ],
  )
})

test('a value that cannot be read leaves the default and says what was expected', () => {
  const { settings, diagnostics } = read({ 'proxy-body-size': '50 MB; }', 'gzip-level': '12', 'use-gzip': 'yes' })
  assert.deepEqual(settings, {})
  assert.deepEqual(
    diagnostics.map(({ code }) => code),
    ['FW903', 'FW903', 'FW903'],
  )
  assert.match(diagnostics[1]?.message ?? '', /expected a size such as 8k, 50m or 1g/)
})

test('an unknown key is reported with the nearest one, a known one that is not honoured as such', () => {
  const { diagnostics } = read({ 'proxy-body-sise': '1m', 'custom-http-errors': '404', zzz: '1' })
  assert.deepEqual(
    diagnostics.map(({ code, fix }) => `${code} ${fix ?? ''}`),
    [
      'FW904 leave it out, unless the ConfigMap is for a cluster where ingress-nginx runs',
      'FW902 did you mean proxy-body-size?',
      'FW902 remove it',
    ],
  )
})

test('an alias next to the real key is ignored', () => {
  const { settings, diagnostics } = read({ 'client-max-body-size': '1m', 'proxy-body-size': '0' })
  assert.deepEqual(settings, { clientMaxBodyBytes: 0 })
  assert.deepEqual(
    diagnostics.map(({ fix }) => fix),
    ['remove client-max-body-size'],
  )
})
