// Which ingress class an Ingress belongs to, and whether that class is served by a given controller.
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Ingress } from '../../objects/kinds/ingress.ts'
import type { IngressClass } from '../../objects/kinds/ingress-class.ts'
import { describeObject } from '../../objects/object.ts'

const defaultAnnotation = 'ingressclass.kubernetes.io/is-default-class'
const legacyAnnotation = 'kubernetes.io/ingress.class'

/** The one default class; with two of them Kubernetes refuses to choose, and so do we. */
export function defaultClass(classes: readonly IngressClass[]): string | undefined {
  const defaults = classes.filter(isDefault)
  return defaults.length === 1 ? defaults[0]?.metadata.name : undefined
}

/** `spec.ingressClassName`, then the annotation that came before it, then the default class. */
export function classNameOf(ingress: Ingress, classes: readonly IngressClass[]): string | undefined {
  return ingress.spec?.ingressClassName ?? ingress.metadata.annotations?.[legacyAnnotation] ?? defaultClass(classes)
}

/** True when an IngressClass of this name exists and names this controller. */
export function controllerServes(
  classes: readonly IngressClass[],
  { className, controller }: { readonly className: string; readonly controller: string },
): boolean {
  return classes.some(item => item.metadata.name === className && item.spec?.controller === controller)
}

/** Ingresses that no class will ever pick up, and default classes that contradict each other. */
export function checkClasses(ingresses: Iterable<Ingress>, classes: readonly IngressClass[]): Diagnostic[] {
  const found: Diagnostic[] = []
  const names = classes.map(item => item.metadata.name).sort()
  const defaults = classes.filter(isDefault)
  if (defaults.length > 1) {
    const last = defaults.at(-1)
    found.push({
      code: 'FW409',
      severity: 'warning',
      ...(last === undefined ? {} : { object: describeObject(last) }),
      field: `metadata.annotations[${defaultAnnotation}]`,
      message: `${defaults.length} IngressClasses call themselves the default: ${defaults
        .map(item => item.metadata.name)
        .sort()
        .join(', ')}`,
      why: 'Kubernetes then refuses to choose one, and an Ingress without ingressClassName is served by nobody.',
      fix: `keep the annotation ${defaultAnnotation} on one of them`,
    })
  }
  for (const ingress of ingresses) {
    const className = classNameOf(ingress, classes)
    if (className !== undefined && names.includes(className)) continue
    found.push({
      code: 'FW408',
      severity: 'warning',
      object: describeObject(ingress),
      field: isAnnotated(ingress) ? `metadata.annotations[${legacyAnnotation}]` : 'spec.ingressClassName',
      message:
        className === undefined
          ? `${describeObject(ingress)} names no ingress class, and there is no default class`
          : `${describeObject(ingress)} asks for the ingress class ${JSON.stringify(className)}, which does not exist`,
      why: 'No controller takes it up, so none of its hosts is served.',
      fix: names.length === 0 ? 'create an IngressClass' : `set spec.ingressClassName to one of: ${names.join(', ')}`,
    })
  }
  return found
}

/** The class stands in the annotation that came before the field. */
function isAnnotated({ spec, metadata }: Ingress): boolean {
  return spec?.ingressClassName === undefined && metadata.annotations?.[legacyAnnotation] !== undefined
}

function isDefault(item: IngressClass): boolean {
  return item.metadata.annotations?.[defaultAnnotation] === 'true'
}
