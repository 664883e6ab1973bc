import { setTimeout as sleep } from 'node:timers/promises'
import type { BulkSource, RequestInput } from 'sluice'
import type { Source } from './round-plan.ts'

/** Error thrown by a source that throws. */
export class SourceError extends Error {}

export interface OpenedSource {
  readonly requests: BulkSource
  /**
   * Minimum and maximum number of items read from it; undefined if unknown. An item that an asynchronous source was
   * producing when the run was stopped may be dropped.
   */
  readonly read: () => readonly [number, number] | undefined
}

/** Creates the source that a plan describes. */
export function openSource(source: Source, requestOf: (index: number) => RequestInput): OpenedSource {
  const all = source.items.map((_, index) => requestOf(index))
  if (source.form === 'array') return { requests: all, read: () => undefined }
  if (source.form === 'set') return { requests: new Set(all), read: () => undefined }
  let read = 0
  const steps = function* (): Generator<RequestInput | undefined> {
    for (let index = 0; index <= all.length; index++) {
      if (index === source.throwsAt) throw new SourceError('the source gave up')
      if (index === source.hangsAt) yield undefined
      if (index === all.length) return
      read++
      yield all[index]!
    }
  }
  if (source.form === 'generator') return { requests: steps() as Generator<RequestInput>, read: () => [read, read] }
  return {
    requests: (async function* () {
      for (const step of steps()) {
        if (step === undefined) await new Promise(() => {})
        if (source.every > 0) await sleep(source.every)
        yield step!
      }
    })(),
    read: () => [read - 1, read],
  }
}
