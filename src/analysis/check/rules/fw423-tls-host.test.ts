import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advice, ingress, told } from '../check.testing.ts'
import { tlsHost } from './fw423-tls-host.ts'

const secure = (host: string, rule = 'www.a.test/ → web') =>
  ingress('a', [rule], { spec: { tls: [{ hosts: [host] }] } })

test('a tls entry for a host without rule is reported, with the one that was probably meant', () => {
  assert.deepEqual(told(tlsHost, [secure('ww.a.test')]), [
    'spec.tls[0].hosts[0] warning FW423 Ingress default/a has a tls entry for ww.a.test, and no rule for that host',
  ])
  assert.equal(advice(tlsHost, [secure('ww.a.test')]), 'did you mean www.a.test?')
})

test('the same host, in any case, or a wildcard that covers it is silent', () => {
  for (const host of ['www.a.test', 'WWW.a.test', '*.a.test']) assert.deepEqual(told(tlsHost, [secure(host)]), [])
  assert.equal(told(tlsHost, [secure('*.test')]).length, 1, 'a wildcard stands for one label')
})

test('a rule for every host takes any name', () => {
  assert.deepEqual(told(tlsHost, [secure('other.test', '/ → web')]), [])
})
