import assert from 'node:assert/strict'
import { test } from 'node:test'
import { explainNamespaces } from './explain-namespaces.ts'

const said = 'unshare: unshare failed: Operation not permitted'
const kernel = (settings: Readonly<Record<string, string>>) => (name: string) => settings[name]

test('an ordinary user is told which switch forbids namespaces, and how to turn it', () => {
  for (const [name, value, remedy] of [
    ['user/max_user_namespaces', '0', 'user.max_user_namespaces=15000'],
    ['kernel/unprivileged_userns_clone', '0', 'kernel.unprivileged_userns_clone=1'],
    ['kernel/apparmor_restrict_unprivileged_userns', '1', 'kernel.apparmor_restrict_unprivileged_userns=0'],
  ] as const) {
    const text = explainNamespaces({ rootless: true, said, setting: kernel({ [name]: value }) })
    assert.match(text, new RegExp(`${name.replace('/', '\\.')} is ${value} \\(unshare: .*not permitted\\)`))
    assert.ok(text.includes(`sudo sysctl -w ${remedy}`))
  }
})

test('without such a switch it is said what unshare said', () => {
  const setting = kernel({ 'user/max_user_namespaces': '9000', 'kernel/apparmor_restrict_unprivileged_userns': '0' })
  assert.equal(
    explainNamespaces({ rootless: true, said, setting }),
    `this machine does not let ordinary users make namespaces (${said}); start the lab as root`,
  )
})

test('root without the right is in a container', () => {
  assert.match(
    explainNamespaces({ rootless: false, said: '', setting: kernel({}) }),
    /root make namespaces; .*--privileged/,
  )
})
