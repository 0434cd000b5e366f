import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingress, service, told } from '../check.testing.ts'
import { hostInTwoClasses } from './fw414-host-in-two-classes.ts'

const site = { ingress: [{ class: 'web' }, { class: 'internal' }, { class: 'vpn', controller: 'x.org/y' }] }
const services = [service('web'), service('admin')]
const one = ingress('one', ['a.test/ → web'])
const two = (to: string, className: string) => ingress('two', ['b.test/ → web', `a.test/ → ${to}`], { className })

test('a host of two classes is a warning when the classes lead elsewhere, and a hint when they do not', () => {
  assert.deepEqual(told(hostInTwoClasses, [...services, one, two('admin', 'internal')], { site }), [
    'spec.rules[1].host warning FW414 a.test is served by class internal here and by class web in Ingress/default/one (spec.rules[0].host:1)',
  ])
  assert.match(told(hostInTwoClasses, [...services, one, two('web', 'internal')], { site })[0] ?? '', /info FW414/)
})

test('two Ingresses of one class, a class of another controller, and hosts for everybody are silent', () => {
  assert.deepEqual(told(hostInTwoClasses, [...services, one, two('admin', 'web')], { site }), [])
  assert.deepEqual(told(hostInTwoClasses, [...services, one, two('admin', 'vpn')], { site }), [])
  const any = [ingress('one', ['/ → web']), ingress('two', ['/ → web'], { className: 'internal' })]
  assert.deepEqual(told(hostInTwoClasses, [...services, ...any], { site }), [])
})
