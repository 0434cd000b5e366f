// Is there an Ingress that no ingress class takes up? Asked of the function by which the controllers choose.
import { checkClasses } from '../../../network/routing/select-class.ts'
import { type Ingress, ingresses } from '../../../objects/kinds/ingress.ts'
import { type IngressClass, ingressClasses } from '../../../objects/kinds/ingress-class.ts'
import { describeObject } from '../../../objects/object.ts'
import { parseField } from '../parse-field.ts'
import type { Rule } from '../rule.ts'

export const classes: Rule = {
  codes: ['FW408', 'FW409'],
  *check(input) {
    const known = input.of<IngressClass>(ingressClasses)
    // Manifests without any class are meant for a cluster that has some.
    if (known.length === 0 && !input.isWhole) return
    const all = input.of<Ingress>(ingresses)
    const entries = new Map([...all, ...known].map(entry => [describeObject(entry.object), entry]))
    const found = checkClasses(
      all.map(({ object }) => object),
      known.map(({ object }) => object),
    )
    for (const diagnostic of found) {
      const entry = entries.get(diagnostic.object ?? '')
      const position = entry?.positionOf?.(parseField(diagnostic.field ?? ''))
      yield { ...diagnostic, ...(position === undefined ? {} : { position }) }
    }
  },
}
