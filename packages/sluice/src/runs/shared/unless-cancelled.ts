import type { Cancellation } from '../../time/cancellation.ts'

/** The result of `work`; undefined as soon as it is cancelled. */
export function unlessCancelled<T>(work: Promise<T>, cancellation: Cancellation): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stopListening = cancellation.onCancel(() => resolve(undefined))
    work.finally(stopListening).then(resolve, reject)
  })
}
