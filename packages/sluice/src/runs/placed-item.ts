import { sha256, textOf } from '#platform'
import type { SourceItem } from '../client/bulk/source.ts'
import { messageOf } from '../errors/message-of.ts'
import { kindOf, SettingsError } from '../errors/settings-error.ts'
import { idOf } from '../http/create-request.ts'
import { isTooDeep, JsonTooDeepError } from '../http/json/nesting.ts'
import { writeJson } from '../http/json/write-json.ts'
import type { RequestInput } from '../http/request.ts'

/**
 * Item at `index` of a run, for a bulk run. It is invalid if its meta data cannot be stored; otherwise, if there is a
 * `keySeed`, it has an idempotency key.
 */
export function placedItem(item: SourceItem, index: number, keySeed: string | undefined): SourceItem {
  const place = item.state === undefined ? { index } : { index, state: item.state }
  if (!('request' in item)) return { id: item.id, error: item.error, ...place }
  const { request } = item
  try {
    const error = metaError(request)
    if (error !== undefined) return { id: idOf(request), error, ...place }
    return { request: keySeed === undefined ? request : withKey(request, idempotencyKey(keySeed, index)), ...place }
  } catch (reason) {
    // Getters and proxies of the user can throw anything.
    const error = new SettingsError(`the request cannot be read: ${messageOf(reason)}`, 'SLUICE_BAD_INPUT')
    return { id: idOf(request), error, ...place }
  }
}

/** Error of meta data that cannot be stored or read back: it would fail the whole run when its result arrives. */
function metaError(input: RequestInput): SettingsError | undefined {
  if (typeof input !== 'object' || input === null || !('meta' in input)) return undefined
  try {
    const text = writeJson(input.meta)
    if (text === undefined && input.meta !== undefined) throw new TypeError(`it is ${kindOf(input.meta)}`)
    if (text !== undefined && isTooDeep(text)) throw new JsonTooDeepError()
    return undefined
  } catch (reason) {
    return new SettingsError(`meta: cannot be stored as JSON: ${messageOf(reason)}`, 'SLUICE_BAD_INPUT')
  }
}

function withKey(input: RequestInput, key: string): RequestInput {
  const spec = typeof input === 'string' || input instanceof URL ? { url: input } : input
  // Something that is no request fails when the client prepares it.
  if (typeof spec !== 'object' || spec === null) return input
  const own = Object.keys(spec.headers ?? {}).some((name) => name.toLowerCase() === 'idempotency-key')
  return own ? spec : { ...spec, headers: { ...spec.headers, 'idempotency-key': key } }
}

/**
 * Idempotency key of an item, derived from the run's random seed, which is stored before anything is sent. It is the
 * same across attempts, restarts and kills, and needs no space. In the form of a UUID (version 8, RFC 9562).
 */
function idempotencyKey(seed: string, index: number): string {
  const digest = sha256(`${seed} ${index}`)
  digest[6] = (digest[6]! & 0x0f) | 0x80
  digest[8] = (digest[8]! & 0x3f) | 0x80
  const hex = textOf(digest.subarray(0, 16), 'hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
