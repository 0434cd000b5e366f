import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingress, object, told } from '../check.testing.ts'
import { classes } from './fw408-classes.ts'

const site = { ingress: [{ class: 'web' }] }
const only = ['a.test/ → web']
const isDefault = { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } }

test('a class that does not exist is reported where it is named, though nobody serves it', () => {
  assert.deepEqual(told(classes, [ingress('a', only, { className: 'wbe' })], { site }), [
    'spec.ingressClassName warning FW408 Ingress/default/a asks for the ingress class "wbe", which does not exist',
  ])
  const annotated = ingress('a', only, { className: undefined, annotations: { 'kubernetes.io/ingress.class': 'wbe' } })
  assert.match(
    told(classes, [annotated], { site })[0] ?? '',
    /^metadata\.annotations\[kubernetes\.io\/ingress\.class\] warning/,
  )
})

test('an Ingress without class needs a default class', () => {
  const plain = ingress('a', only, { className: undefined })
  assert.equal(told(classes, [plain], { site }).length, 1)
  assert.deepEqual(told(classes, [plain], { site: { ingress: [{ class: 'web', default: true }] } }), [])
})

test('two default classes are reported at the annotation of the second', () => {
  const both = ['one', 'two'].map(name => object('IngressClass', name, { spec: { controller: 'x.org/y' } }, isDefault))
  assert.deepEqual(told(classes, both), [
    'metadata.annotations[ingressclass.kubernetes.io/is-default-class] warning FW409 2 IngressClasses call themselves the default: one, two',
  ])
})

test('manifests without any class are meant for a cluster that has some', () => {
  assert.deepEqual(told(classes, [ingress('a', only)]), [])
  assert.equal(told(classes, [ingress('a', only)], { site: {} }).length, 1)
})
