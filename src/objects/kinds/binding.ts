// What RoleBindings and ClusterRoleBindings share: the groups that are filled in, and their table.
import type { IRoleRef } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleRef'
import type { ISubject } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Subject'
import { change, each, fill } from '../fill.ts'
import type { Column } from '../kind.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { ageColumn, column, nameColumn, wide } from './columns.ts'

const rbac = 'rbac.authorization.k8s.io'

export interface Binding extends KubeObject {
  readonly roleRef: Immutable<IRoleRef>
  readonly subjects?: readonly Immutable<ISubject>[]
}

export function defaultBinding<T extends Binding>(binding: T): T {
  const roleRef = typeof binding.roleRef === 'object' ? fill(binding.roleRef, { apiGroup: rbac }) : binding.roleRef
  const withRole = roleRef === binding.roleRef ? binding : { ...binding, roleRef }
  const subjects = each((subject: Immutable<ISubject>) =>
    subject.kind === 'ServiceAccount' ? subject : fill(subject, { apiGroup: rbac }),
  )
  return change(withRole as Binding, 'subjects', subjects) as T
}

export const bindingColumns: readonly Column<Binding>[] = [
  nameColumn,
  column('Role', ({ roleRef }) => `${roleRef?.kind}/${roleRef?.name}`),
  ageColumn,
  wide('Users', binding => subjectNames(binding, 'User')),
  wide('Groups', binding => subjectNames(binding, 'Group')),
  wide('ServiceAccounts', binding => subjectNames(binding, 'ServiceAccount')),
]

function subjectNames({ subjects }: Binding, kind: string): string {
  return (subjects ?? [])
    .filter(subject => subject.kind === kind)
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace}/${name}` : name))
    .join(', ')
}
