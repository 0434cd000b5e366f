// How are times written in objects and in logs?

/** RFC 3339 in whole seconds, as `metav1.Time` is. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

/** RFC 3339 with microseconds, as `metav1.MicroTime` is. */
export function formatMicroTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000Z`
}

/** Nine fixed digits below the second, as the kubelet puts before each line of `kubectl logs --timestamps`. */
export function formatNanoTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000000Z`
}
