/**
 * Clients, requests, results, limits and errors: what most programs need.
 *
 * @module sluice
 */

export type { BreakerOptions } from './client/breaker-options.ts'
export type { BulkRun } from './client/bulk/bulk-run.ts'
export type { BulkOptions } from './client/bulk/options.ts'
export type { Progress } from './client/bulk/progress.ts'
export type { BulkSource } from './client/bulk/source.ts'
export type { CallOptions, Client, ClientStatus, ExtendOptions, SendOptions } from './client/client.ts'
export { createClient, type FetchAllOptions, fetchAll } from './client/create-client.ts'
export {
  type CallError,
  ClientError,
  ResponseError,
  ServerError,
  ThrottledError,
  UnfinishedError,
} from './client/errors.ts'
export type { Page, PageOptions, PaginateOptions } from './client/pagination/options.ts'
export { PaginationError } from './client/pagination/page-sequence.ts'
export type { AttemptRecord, CallResult, Failure, Success, Timing } from './client/result.ts'
export type { StandardSchemaV1 } from './client/schema/standard-schema.ts'
export type { ClientOptions } from './client/settings.ts'
export type { ServerEvent } from './client/streams/stream-value.ts'
export type { MapOptions, WorkOptions } from './client/work.ts'
export { SettingsError } from './errors/settings-error.ts'
export { type ErrorCode, SluiceError } from './errors/sluice-error.ts'
export type { SluiceEvent } from './events/event.ts'
export { JsonNumber } from './http/json/json-number.ts'
export type { ApiRequest, Cost, RequestInput, RequestSpec } from './http/request.ts'
export type { ApiResponse } from './http/response.ts'
export type { QuotaMemory } from './policies/admission/gates/rate-gate.ts'
export type { SharedLimits } from './policies/admission/sharing/shared-limits.ts'
export type { Auth } from './policies/auth/auth.ts'
export type { CacheEntry, CacheStore } from './policies/cache/cache-store.ts'
export { memoryCacheStore } from './policies/cache/memory-cache-store.ts'
export type { CacheOptions } from './policies/cache/options.ts'
export type { Policy } from './policies/custom/policy.ts'
export {
  AuthError,
  CancelledError,
  DeadlineExceededError,
  RejectedError,
} from './policies/errors.ts'
export type { HedgeOptions } from './policies/hedge/options.ts'
export type { PoolKey } from './policies/pool/options.ts'
export type { RetryOptions } from './policies/retry/options.ts'
export type { Clock } from './time/clock.ts'
export { type Duration, formatDuration, parseDuration } from './time/duration.ts'
export { sleep } from './time/sleep.ts'
export type { TlsOptions } from './transport/connect/tls.ts'
export {
  AttemptTimeoutError,
  BodyError,
  ConnectError,
  ConnectionLostError,
  TransportError,
} from './transport/errors.ts'
