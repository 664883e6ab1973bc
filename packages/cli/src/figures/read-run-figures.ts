import { basename } from 'node:path'
import type { ComparableRun } from '@sluice/report'
import * as v from 'valibot'
import { readChecked } from './read-benchmark.ts'

const amount = v.pipe(v.number(), v.minValue(0))
const amounts = v.record(v.string(), amount)

/** Figures that a comparison reads from the output of `--summary` or `report --format json`. */
const figuresSchema: v.GenericSchema<Omit<ComparableRun, 'title'> & { readonly title?: string }> = v.looseObject({
  schema: v.literal(1),
  title: v.exactOptional(v.string()),
  startedAt: v.exactOptional(v.string()),
  done: amount,
  succeeded: amount,
  failed: amount,
  unfinished: amount,
  skipped: amount,
  elapsedMs: amount,
  throughput: amount,
  requests: amount,
  requestsPerItem: amount,
  throttledShare: amount,
  attemptMs: v.looseObject({ p50: amount, p90: amount, p95: amount, p99: amount, max: amount }),
  statuses: amounts,
  errors: v.array(v.looseObject({ code: v.string(), message: v.string(), count: amount, example: v.string() })),
  waitedMs: amounts,
  attempts: v.exactOptional(amounts),
  bytes: v.exactOptional(amount),
  spent: v.exactOptional(amounts),
})

/** Reads the figures of a run from a file. @throws SettingsError that names the invalid place, if there are none */
export async function readRunFigures(path: string): Promise<ComparableRun> {
  const figures = await readChecked(path, figuresSchema, 'what --summary or report --format json writes about a run')
  return { ...figures, title: figures.title ?? basename(path).replace(/\.json$/i, '') }
}
