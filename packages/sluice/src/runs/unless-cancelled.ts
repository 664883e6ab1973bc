import type { Cancellation } from '../time/cancellation.ts'

/** Resolves with the result of `work`, or with undefined as soon as it is cancelled. */
export function unlessCancelled<T>(work: Promise<T>, cancellation: Cancellation): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stopListening = cancellation.onCancel(() => resolve(undefined))
    work.finally(stopListening).then(resolve, reject)
  })
}
