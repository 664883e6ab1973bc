import type { BenchmarkReport } from 'sluice/benchmark'
import * as v from 'valibot'

const text = (description: string) => v.pipe(v.string(), v.description(description))
const amount = (description: string) => v.pipe(v.number(), v.minValue(0), v.description(description))
const count = (description: string, least = 0) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.description(description))
const range = (description: string) =>
  v.pipe(
    v.strictTuple([v.pipe(v.number(), v.minValue(0)), v.pipe(v.number(), v.minValue(0))]),
    v.description(description),
  )

const mode = v.pipe(
  v.picklist(['sequential', 'reused', 'concurrent', 'auto']),
  v.description(
    'sequential: one after another, a new connection for each; reused: one after another over one connection; ' +
      'concurrent: several at once; auto: the concurrency that Sluice finds best.',
  ),
)
const status = v.exactOptional(count('HTTP status, if there was a response.', 100))

const row = v.pipe(
  v.looseObject({
    mode,
    concurrency: count('Requests at once; with auto the number it settled on.', 1),
    rounds: count('Rounds in which the row was measured.', 1),
    wallMs: amount('Milliseconds for all requests of the row.'),
    wallMsRange: range('Shortest and longest round.'),
    rps: amount('Successes per second.'),
    rpsRange: range('Lowest and highest round.'),
    speedup: amount('Ratio to the rps of the row sequential.'),
    efficiency: amount('Share of the ideal throughput: concurrency times the rps of the row reused.'),
    p50Ms: amount('Median duration in milliseconds of a successful request, without the local queue, over all rounds.'),
    p50MsRange: range('Lowest and highest p50 of a round.'),
    p95Ms: amount('95th percentile of the duration in milliseconds.'),
    p99Ms: amount('99th percentile of the duration in milliseconds.'),
    connectMs: amount('Mean milliseconds to get a connection.'),
    firstByteMs: amount('Mean milliseconds until the first byte.'),
    bodyMs: amount('Mean milliseconds to read the rest.'),
    requests: count('Requests sent, over all rounds.'),
    throttled: count('Requests refused because of a rate or a quota.'),
    errors: count('Requests that failed otherwise.'),
    bytesPerSecond: amount('Body bytes per second, as transferred.'),
    inFlight: amount('Mean number of requests in flight.'),
    loopBusy: amount('Share of the time in which the event loop of the measuring process was busy.'),
    loopDelayMs: amount('Mean delay of the event loop of the measuring process, in milliseconds.'),
    cpu: amount('Cores used by the measuring process.'),
    waitedMs: v.pipe(
      v.record(v.string(), v.pipe(v.number(), v.minValue(0))),
      v.description('Milliseconds that calls of a round waited, by limit.'),
    ),
  }),
  v.description('Figures of a row over all rounds: medians of the rounds unless stated otherwise.'),
)

const bar = v.pipe(
  v.looseObject({
    index: count('Position among the requests, from 0.'),
    startMs: amount('Start, from the beginning of the row.'),
    queuedMs: amount('Time in the local queue.'),
    connectMs: amount('Time to get a connection.'),
    firstByteMs: amount('Time until the first byte.'),
    bodyMs: amount('Time to read the rest.'),
    ok: v.pipe(v.boolean(), v.description('Whether the request succeeded.')),
    status,
  }),
  v.description('One request. Milliseconds.'),
)

const waterfall = v.pipe(
  v.looseObject({
    mode,
    concurrency: count('Requests at once.', 1),
    wallMs: amount('Milliseconds of the round.'),
    bars: v.pipe(v.array(bar), v.description('One for each request.')),
  }),
  v.description('Requests of one round of a row, in the order in which they began; the first 200.'),
)

const failure = v.pipe(
  v.looseObject({
    code: text('Stable: as in docs/errors.md.'),
    status,
    message: text('Message with credentials masked.'),
    count: count('Number of requests.', 1),
  }),
  v.description('Requests of the rows that failed in the same way.'),
)

/** Named parts of the JSON Schema. */
export const benchmarkParts = { row, bar, waterfall, error: failure }

/** Schema of the output of `sluice bench --json`. `npm run docs` generates `schemas/bench.schema.json` from it. */
export const benchmarkSchema: v.GenericSchema<BenchmarkReport> = v.pipe(
  v.looseObject({
    schema: v.pipe(v.literal(1), v.description('Version of this format.')),
    startedAt: text('Start of the benchmark: ISO 8601.'),
    targets: v.pipe(
      v.array(v.string()),
      v.maxLength(100),
      v.description('URLs requested, each once, with credentials masked; the first hundred.'),
    ),
    requestsPerRow: count('Requests of each row in each round.', 1),
    repeat: count('Rounds.', 1),
    plannedRequests: count('Maximum number of requests, warm-up included.', 1),
    sentRequests: count('Requests sent.'),
    rows: v.pipe(v.array(row), v.description('In the order sequential, reused, concurrent by their number, auto.')),
    sweetSpot: v.exactOptional(
      count(
        'Smallest concurrency within 5 % of the best throughput whose 95th percentile stays within twice the unloaded one; ' +
          'missing if nothing succeeded.',
        1,
      ),
    ),
    limitedBy: v.pipe(
      v.picklist(['concurrency', 'rate-limit', 'server-capacity', 'client-cpu', 'network', 'unknown']),
      v.description(
        'What limits the throughput at a higher concurrency; concurrency: nothing yet, more at once still helps.',
      ),
    ),
    evidence: text('Reason for the verdict, in a sentence with figures.'),
    errors: v.exactOptional(
      v.pipe(
        v.array(failure),
        v.description('Reasons of failed requests, the most frequent first. Missing if none failed.'),
      ),
    ),
    notes: v.pipe(v.array(v.string()), v.description('Remarks: what was left out, and why.')),
    waterfalls: v.pipe(v.array(waterfall), v.description('Requests of the row reused and of the sweet spot.')),
  }),
  v.title('What sluice bench --json writes'),
  v.description('Before and after, the best concurrency, and what limits it. Fields are added, never renamed.'),
)
