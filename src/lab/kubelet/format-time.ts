// How are the times in front of log lines written?

/** Nine fixed digits below the second, as the kubelet puts before each line of `kubectl logs --timestamps`. */
export function formatNanoTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000000Z`
}
