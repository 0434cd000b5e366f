import assert from 'node:assert/strict'
import { test } from 'node:test'
import { service, told, workload } from '../check.testing.ts'
import { statefulSetService } from './fw311-stateful-set-service.ts'

const db = workload('db', { kind: 'StatefulSet', spec: { serviceName: 'db-pods' } })

test('a Service that is missing is reported', () => {
  assert.deepEqual(told(statefulSetService, [db]), [
    'spec.serviceName warning FW311 StatefulSet default/db names the Service default/db-pods, which does not exist',
  ])
})

test('a Service that selects other pods is reported', () => {
  assert.match(
    told(statefulSetService, [db, service('db-pods')])[0] ?? '',
    /which selects app=db-pods and not its pods$/,
  )
})

test('the right Service is silent, and so is a set that names none', () => {
  assert.deepEqual(
    told(statefulSetService, [db, service('db-pods', { clusterIP: 'None', selector: { app: 'db' } })]),
    [],
  )
  assert.deepEqual(told(statefulSetService, [workload('db', { kind: 'StatefulSet' })]), [])
})
