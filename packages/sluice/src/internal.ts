/*
 * `sluice/internal`: the parts of the library that our own packages build on. No promise: any version may rename or remove
 * a name here. Everything with a promise is behind the other entry points.
 */

export { bucketEnd, durationBucket, percentileOf } from './algorithms/histogram/duration-buckets.ts'
export { formatRate, isUnitName, parseRate, type Rate, type RateInput } from './algorithms/rate/rate.ts'
export type { BenchmarkTurn } from './benchmark/options.ts'
export type { BenchmarkPlan } from './benchmark/plan-benchmark.ts'
export type {
  BenchmarkError,
  BenchmarkMode,
  BenchmarkRow,
  LimitedBy,
  Waterfall,
  WaterfallBar,
} from './benchmark/report.ts'
export type { Effort } from './benchmark/system-effort.ts'
export { leftOfBudget } from './client/bulk/budget.ts'
export type { SourceItem } from './client/bulk/source.ts'
export { type ErrorBody, errorBody } from './client/error-body.ts'
export { withoutTransport } from './client/extended-options.ts'
export { queuedCall } from './client/inside-client.ts'
export { resolveListPages as checkListPages } from './client/pagination/options.ts'
export type { PageInfo } from './client/pagination/page-list.ts'
export { itemsAt, valueAt } from './client/pagination/page-requests.ts'
export { pageOf } from './client/pagination/pages-follower.ts'
export type { LinkStyle, PageStyle, PaginationStyle } from './client/pagination/styles.ts'
export { AskedThread } from './database/asked-thread.ts'
export {
  type OpenedPostgres,
  openPostgres,
  type PostgresSchema,
} from './database/postgres/open-postgres.ts'
export { isPassing } from './database/postgres/postgres-errors.ts'
export { isPostgresUrl, readPostgresUrl } from './database/postgres/postgres-url.ts'
export type { Sql, SqlRow, SqlValue } from './database/postgres/sql.ts'
export { type SqliteBindable, SqliteDatabase } from './database/sqlite/database.ts'
export type { SqliteConnection, SqliteInput, SqliteRow } from './database/sqlite/driver.ts'
export { loadSqliteDriver } from './database/sqlite/drivers.ts'
export {
  type OpenedSqlite,
  openSqlite,
  type SqliteSchema,
} from './database/sqlite/open-sqlite.ts'
export { isObject, oneOf, wholeNumber } from './errors/checks.ts'
export { messageOf } from './errors/message-of.ts'
export { unexpected } from './errors/settings-error.ts'
export { suggestion } from './errors/suggestion.ts'
export type { Listener } from './events/emitter.ts'
export { directiveTime, parseCacheControl } from './http/cache-control.ts'
export { framing, hopByHop } from './http/headers.ts'
export { parseHttpDate } from './http/http-date.ts'
export { joinUrl, percentDecode } from './http/join-url.ts'
export { JsonTooDeepError, maxJsonDepth } from './http/json/nesting.ts'
export { plainOrigin } from './http/plain-url.ts'
export { parseRateLimit } from './http/rate-limit/parse-rate-limit.ts'
export { mask } from './http/redact.ts'
export { bodyHeldFor, Passthrough, type ReadAs } from './http/request.ts'
export { maskerOf } from './http/request-masker.ts'
export { secretsInUrl, secretsOf } from './http/request-secrets.ts'
export { isJsonType, statusLine } from './http/response.ts'
export { secretMasker } from './http/secret-masker.ts'
export { isSecretHeader, isSecretParameter } from './http/secret-names.ts'
export { memoryText } from './policies/admission/gates/body-memory.ts'
export type { SharedSignal } from './policies/admission/sharing/shared-limits.ts'
export { keepCookie } from './policies/custom/cookies.ts'
export { CircuitOpenError, ClosedError, PausedError } from './policies/errors.ts'
export { type Random, seededRandom, systemRandom } from './random/random.ts'
export { type ReadingMark, SourceChangedError, type SourceReading } from './runs/run-source.ts'
export type { OpenedRun } from './runs/shared/worker-options.ts'
export { pageNumberOf } from './runs/spooled-request.ts'
export { spentOf } from './runs/stored-costs.ts'
export { StoredQuotas } from './runs/stored-quotas.ts'
export { BodyInFile } from './runs/stored-result.ts'
export { allRuns } from './stores/all-runs.ts'
export { type PostgresFacts, postgresFacts } from './stores/postgres/postgres-facts.ts'
export { resultPages } from './stores/result-pages.ts'
export type { RunSlice } from './stores/run-slice.ts'
export type { ResultFilter } from './stores/run-store.ts'
export { noWish, type RunSteering, type RunWish } from './stores/run-wish.ts'
export type { ChunkCounts, HeldChunk, WorkerState } from './stores/shared-store.ts'
export { isSharedStore } from './stores/shared-store.ts'
export type { StoredError } from './stores/stored-item.ts'
export { isFinished, otherMessages, type RunTallies } from './stores/stored-run.ts'
export { Cancellation } from './time/cancellation.ts'
export type { Timer } from './time/clock.ts'
export { parseTimeLimit } from './time/duration.ts'
export { isoDate } from './time/iso-date.ts'
export { waitFor } from './time/sleep.ts'
export { systemClock } from './time/system-clock.ts'
export { isPrivateHost } from './transport/connect/private-address.ts'
export { ProtocolError } from './transport/errors.ts'
export { errorCodeNames } from './transport/http2/stream-failure.ts'
export { forAnyExchange, type OwnExchange, type Passage } from './transport/transport.ts'
