/** The queue of a run. */
export function queueOf(runId: number): string {
  return `run-${runId}`
}
