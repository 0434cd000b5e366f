// How selectors and labels read in kubectl's tables.
import type { LabelSelector, Labels } from './selector.ts'

export const none = '<none>'

/** `a=b,c=d`, sorted; `<none>` when empty. */
export function labelsText(labels: Labels | undefined): string {
  const pairs = Object.entries(labels ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return pairs.length === 0 ? none : pairs.map(([key, value]) => `${key}=${value}`).join(',')
}

/** As `FormatLabelSelector` of apimachinery: requirements sorted by key, `<none>` when nothing is asked. */
export function selectorText(selector: LabelSelector | undefined): string {
  const terms = [
    ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({ key, text: `${key}=${value}` })),
    ...(selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
      const list = values.toSorted().join(',')
      const texts: Readonly<Record<string, string>> = {
        In: `${key} in (${list})`,
        NotIn: `${key} notin (${list})`,
        Exists: key,
        DoesNotExist: `!${key}`,
      }
      return { key, text: texts[operator] ?? '<error>' }
    }),
  ]
  if (terms.length === 0) return none
  return terms
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(term => term.text)
    .join(',')
}
