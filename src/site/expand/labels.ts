// Which labels every object carries that Fairway makes from a Site.

/** So that `kubectl get all -A -l app.kubernetes.io/managed-by=fairway` lists what the site stands for. */
export const managedBy = { 'app.kubernetes.io/managed-by': 'fairway' } as const
