/**
 * Clients, requests, results, limits and errors: what most programs need.
 *
 * @module sluice
 */

export { formatRate, parseRate, type Rate, type RateInput } from './algorithms/rate/rate.ts'
export type { BulkRun } from './client/bulk/bulk-run.ts'
export type { BulkOptions } from './client/bulk/options.ts'
export type { Progress } from './client/bulk/progress.ts'
export type { BulkSource } from './client/bulk/source.ts'
export {
  type CallOptions,
  type Client,
  type ClientStatus,
  createClient,
  type MethodOptions,
  type SendOptions,
} from './client/create-client.ts'
export {
  ClientError,
  InternalError,
  ResponseError,
  ServerError,
  ThrottledError,
  UnfinishedError,
} from './client/errors.ts'
export { type FetchAllOptions, fetchAll } from './client/fetch-all.ts'
export { PaginationError } from './client/pagination/errors.ts'
export type { Page, PageItems, PageOptions, PaginateOptions } from './client/pagination/options.ts'
export type { NumberPlace } from './client/pagination/read-total.ts'
export type {
  CursorStyle,
  LinkStyle,
  NextUrlStyle,
  OffsetStyle,
  PageStyle,
  PaginationStyle,
} from './client/pagination/styles.ts'
export type { AttemptRecord, CallResult, Failure, Success, Timing } from './client/result.ts'
export type { StandardSchemaV1 } from './client/schema/standard-schema.ts'
export type { ClientOptions } from './client/settings.ts'
export { SettingsError } from './errors/settings-error.ts'
export { type ErrorCode, SluiceError } from './errors/sluice-error.ts'
export { suggestion } from './errors/suggestion.ts'
export type { Listener } from './events/emitter.ts'
export type { SluiceEvent, Verdict } from './events/event.ts'
export type { HeadersInput } from './http/headers.ts'
export { JsonNumber } from './http/json/json-number.ts'
export type { BigNumbers } from './http/json/parse-json.ts'
export type { ProblemDetails } from './http/problem-details.ts'
export type { ApiRequest, QueryValue, ReadAs, RequestBody, RequestInput, RequestSpec } from './http/request.ts'
export { type ApiResponse, statusLine } from './http/response.ts'
export type { QuotaMemory, RememberedSend } from './policies/admission/quota-memory.ts'
export type {
  Grant,
  HeldPlaces,
  Lesson,
  PermitSource,
  PlaceSource,
  PlaceWish,
  SharedLimits,
} from './policies/admission/shared-limits.ts'
export type { Auth } from './policies/auth/auth.ts'
export type { CacheEntry, CacheStore } from './policies/cache/cache-store.ts'
export { type MemoryCacheOptions, memoryCacheStore } from './policies/cache/memory-cache-store.ts'
export type { CacheMode, CacheOptions } from './policies/cache/options.ts'
export {
  AuthError,
  CircuitOpenError,
  ClosedError,
  DeadlineExceededError,
  LineFullError,
  PausedError,
  PendingError,
  PolicyError,
  RedirectError,
  RejectedError,
  WouldMissDeadlineError,
} from './policies/errors.ts'
export type { HedgeOptions } from './policies/hedge/options.ts'
export type { FromCache } from './policies/outcome.ts'
export type { Next, Policy } from './policies/policy.ts'
export type { RetryOptions } from './policies/retry/options.ts'
export { type Random, seededRandom, systemRandom } from './random/random.ts'
export { Cancellation } from './time/cancellation.ts'
export type { Clock, Timer } from './time/clock.ts'
export { type Duration, formatDuration, parseDuration } from './time/duration.ts'
export { isoDate } from './time/iso-date.ts'
export { sleep } from './time/sleep.ts'
export { systemClock } from './time/system-clock.ts'
export type { TlsOptions } from './transport/connect/tls.ts'
export {
  AttemptTimeoutError,
  BodyError,
  BodySourceError,
  ConnectError,
  ConnectionLostError,
  LocalLimitError,
  NotProcessedError,
  ProtocolError,
  type SchemaIssue,
  TransportError,
  TransportFaultError,
} from './transport/errors.ts'
