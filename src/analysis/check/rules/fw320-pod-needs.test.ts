import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advice, ingress, object, told, workload } from '../check.testing.ts'
import { podNeeds } from './fw320-pod-needs.ts'

const variable = (kind: 'configMap' | 'secret', name: string, key: string, more: object = {}) =>
  workload('web', { container: { env: [{ name: 'X', valueFrom: { [`${kind}KeyRef`]: { name, key, ...more } } }] } })
const withVolume = (volume: object) => workload('web', { pod: { volumes: [{ name: 'v', ...volume }] } })
const settings = object('ConfigMap', 'settings', { data: { 'log-level': 'info' } })

test('each kind of reference is reported at its name', () => {
  const place = (object: ReturnType<typeof workload>) => told(podNeeds, [object])[0]?.split(' ')[0]
  assert.equal(
    place(variable('configMap', 'x', 'k')),
    'spec.template.spec.containers[0].env[0].valueFrom.configMapKeyRef.name',
  )
  assert.equal(
    place(variable('secret', 'x', 'k')),
    'spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.name',
  )
  assert.equal(
    place(workload('web', { container: { envFrom: [{ secretRef: { name: 'x' } }] } })),
    'spec.template.spec.containers[0].envFrom[0].secretRef.name',
  )
  assert.equal(place(withVolume({ configMap: { name: 'x' } })), 'spec.template.spec.volumes[0].configMap.name')
  assert.equal(place(withVolume({ secret: { secretName: 'x' } })), 'spec.template.spec.volumes[0].secret.secretName')
  assert.equal(
    place(withVolume({ projected: { sources: [{ configMap: { name: 'x' } }] } })),
    'spec.template.spec.volumes[0].projected.sources[0].configMap.name',
  )
  assert.equal(
    place(withVolume({ persistentVolumeClaim: { claimName: 'x' } })),
    'spec.template.spec.volumes[0].persistentVolumeClaim.claimName',
  )
  assert.equal(place(workload('web', { pod: { serviceAccountName: 'x' } })), 'spec.template.spec.serviceAccountName')
})

test('what is missing is said once for each workload, with the name that was probably meant', () => {
  const twice = workload('web', {
    container: { envFrom: [{ configMapRef: { name: 'setings' } }, { configMapRef: { name: 'setings' } }] },
  })
  assert.deepEqual(
    told(podNeeds, [twice, settings]).map(text => text.slice(text.indexOf('warning'))),
    ['warning FW320 Deployment/default/web needs ConfigMap default/setings, which is not among the manifests'],
  )
  assert.equal(advice(podNeeds, [twice, settings]), 'did you mean settings?')
  const elsewhere = object('ConfigMap', 'shop/setings', {})
  assert.match(advice(podNeeds, [twice, elsewhere]) ?? '', /^there is one in namespace shop/)
})

test('a key that the object does not hold is an error, at the key', () => {
  assert.deepEqual(told(podNeeds, [variable('configMap', 'settings', 'loglevel'), settings]), [
    'spec.template.spec.containers[0].env[0].valueFrom.configMapKeyRef.key error FW321 Deployment/default/web needs the key loglevel of ConfigMap default/settings, which has no such key',
  ])
  const items = withVolume({ configMap: { name: 'settings', items: [{ key: 'x', path: 'x' }] } })
  assert.match(told(podNeeds, [items, settings])[0] ?? '', /items\[0\]\.key error FW321/)
  const secret = object('Secret', 'settings', { stringData: { password: 'x' } })
  assert.deepEqual(told(podNeeds, [variable('secret', 'settings', 'password'), secret]), [])
})

test('what is optional, or made by Kubernetes itself, is not missing', () => {
  assert.deepEqual(told(podNeeds, [variable('configMap', 'x', 'k', { optional: true })]), [])
  assert.deepEqual(told(podNeeds, [variable('configMap', 'settings', 'x', { optional: true }), settings]), [])
  assert.deepEqual(told(podNeeds, [withVolume({ configMap: { name: 'kube-root-ca.crt' } })]), [])
  assert.deepEqual(told(podNeeds, [workload('web', { pod: { serviceAccountName: 'default' } })]), [])
})

test('a Secret that cert-manager or a foreign object makes is not missing', () => {
  const needs = variable('secret', 'web-tls', 'tls.crt')
  const certificate = object('Certificate', 'web', { spec: { secretName: 'web-tls' } })
  const shim = ingress('web', ['a.test/ → web'], {
    annotations: { 'cert-manager.io/cluster-issuer': 'x' },
    spec: { tls: [{ secretName: 'web-tls' }] },
  })
  const sealed = object('SealedSecret', 'web-tls')
  assert.equal(told(podNeeds, [needs]).length, 1)
  assert.deepEqual(told(podNeeds, [needs, certificate]), [])
  assert.deepEqual(told(podNeeds, [needs, shim]), [])
  assert.deepEqual(told(podNeeds, [needs], { foreign: [sealed] }), [])
})

test('where no object of the kind is written down, they are kept elsewhere: a hint, unless the input is all there is', () => {
  const needs = variable('secret', 'password', 'x')
  assert.match(told(podNeeds, [needs])[0] ?? '', /info FW320/)
  assert.match(told(podNeeds, [needs, object('Secret', 'other')])[0] ?? '', /warning FW320/)
  assert.match(told(podNeeds, [needs], { site: {} })[0] ?? '', /warning FW320/)
})

test('a program that is told the name may make the object', () => {
  const needs = variable('secret', 'web-cert', 'tls.crt')
  const maker = (container: object) => workload('maker', { container })
  assert.deepEqual(told(podNeeds, [needs, maker({ args: ['create', '--secret-name=web-cert'] })]), [])
  assert.deepEqual(told(podNeeds, [needs, maker({ env: [{ name: 'SECRET', value: 'web-cert' }] })]), [])
  assert.equal(told(podNeeds, [needs, maker({ args: ['--secret-name=web-certs'] })]).length, 1)
})
