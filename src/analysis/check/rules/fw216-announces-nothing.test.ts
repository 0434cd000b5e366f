import assert from 'node:assert/strict'
import { test } from 'node:test'
import { object, pool, service, told } from '../check.testing.ts'
import { announcesNothing } from './fw216-announces-nothing.ts'

const lan = pool('lan', { blocks: [{ cidr: '192.168.1.200/29' }] })
const web = service('web', { type: 'LoadBalancer' }, { labels: { exposed: 'true' } })
const policy = (spec: object) => object('CiliumL2AnnouncementPolicy', 'p', { spec })
const everything = { loadBalancerIPs: true }

test('a policy that asks for no kind of address does nothing', () => {
  assert.match(
    told(announcesNothing, [policy({})])[0] ?? '',
    /^spec warning FW216 policy p announces nothing: it asks neither/,
  )
})

test('a policy whose selectors meet no Service or no node does nothing', () => {
  const selector = { matchLabels: { role: 'edge' } }
  const services = told(announcesNothing, [lan, web, policy({ ...everything, serviceSelector: selector })], {
    site: {},
  })
  assert.match(services[0] ?? '', /^spec\.serviceSelector warning FW216 .* has the labels role=edge$/)
  const nodes = told(announcesNothing, [lan, web, policy({ ...everything, nodeSelector: selector })], { site: {} })
  assert.match(nodes[0] ?? '', /^spec\.nodeSelector warning FW216 .* no node has the labels role=edge$/)
})

test('an address that no policy announces is reported at the Service', () => {
  const other = service('other', { type: 'LoadBalancer' })
  const selective = policy({ ...everything, serviceSelector: { matchLabels: { exposed: 'true' } } })
  assert.deepEqual(told(announcesNothing, [lan, web, other, selective], { site: {} }), [
    'spec.type error FW217 Service default/other gets 192.168.1.200, and no announcement policy has it announced',
  ])
  assert.match(
    told(announcesNothing, [lan, other, selective])[0] ?? '',
    /warning FW217/,
    'elsewhere there may be another policy',
  )
})

test('without any policy every address is announced; with one for all of them too', () => {
  assert.deepEqual(told(announcesNothing, [lan, web], { site: {} }), [])
  assert.deepEqual(told(announcesNothing, [lan, web, policy(everything)], { site: {} }), [])
})

test('a policy for some nodes is silent as long as the nodes are not known, and Local traffic needs no endpoints here', () => {
  const local = service('web', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' })
  const edge = policy({ ...everything, nodeSelector: { matchExpressions: [{ key: 'role', operator: 'Exists' }] } })
  assert.deepEqual(told(announcesNothing, [lan, local, edge]), [])
})
