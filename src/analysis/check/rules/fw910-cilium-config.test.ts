import assert from 'node:assert/strict'
import { test } from 'node:test'
import { object, told } from '../check.testing.ts'
import { ciliumConfig } from './fw910-cilium-config.ts'

const config = (data: object, key = 'kube-system/cilium-config') => object('ConfigMap', key, { data })

test('removed and invented keys are reported where they stand', () => {
  const found = told(ciliumConfig, [
    config({ tunnel: 'disabled', 'policy-enforcement': 'default', masquerade: 'true' }),
  ])
  assert.deepEqual(
    found.map(text => text.split(' ').slice(0, 3).join(' ')),
    ['data.tunnel warning FW910', 'data.policy-enforcement warning FW910', 'data.masquerade warning FW910'],
  )
})

test('a default that is written out is a hint, another value is none', () => {
  assert.match(told(ciliumConfig, [config({ 'enable-xt-socket-fallback': 'true' })])[0] ?? '', /info FW910/)
  assert.deepEqual(told(ciliumConfig, [config({ 'enable-xt-socket-fallback': 'false', 'routing-mode': 'native' })]), [])
})

test('other ConfigMaps may say what they like', () => {
  assert.deepEqual(
    told(ciliumConfig, [config({ tunnel: 'x' }, 'shop/cilium-config'), config({ tunnel: 'x' }, 'kube-system/other')]),
    [],
  )
})
