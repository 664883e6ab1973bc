import type { CallResult } from '../client/result.ts'
import { SettingsError } from '../errors/settings-error.ts'
import type { SluiceError } from '../errors/sluice-error.ts'
import { idOf } from '../http/create-request.ts'
import { isTooDeep, JsonTooDeepError } from '../http/json/nesting.ts'
import { writeJson } from '../http/json/write-json.ts'
import type { RequestInput } from '../http/request.ts'
import { idempotencyKey } from './idempotency-key.ts'
import type { Task } from './tasks.ts'

/** In place of what is no request: refused whatever the base URL, and never sent. */
const noRequest = 'about:invalid'

/** What of a call is known besides its request. */
interface Known {
  readonly index: number
  readonly error: SluiceError | undefined
}

/** Items on their way through a bulk run, which counts from 0, and back to their places in the source of a run. */
export class UnderWay {
  readonly #keySeed: string | undefined
  readonly #known = new Map<number, Known>()
  #given = 0

  /** With `keySeed` every request carries an idempotency key that is made from it. */
  constructor(keySeed: string | undefined) {
    this.#keySeed = keySeed
  }

  /** The request to send for an item; of what is no request, one that is refused. */
  give({ index, item }: Task): RequestInput {
    const error = 'request' in item ? metaError(item.request) : item.error
    this.#known.set(this.#given++, { index, error })
    if (!('request' in item)) return { url: noRequest, id: item.id }
    if (error !== undefined) return { url: noRequest, id: idOf(item.request) }
    return this.#keySeed === undefined ? item.request : withKey(item.request, idempotencyKey(this.#keySeed, index))
  }

  /** The result with its place in the source, and with what was wrong with the item already. */
  restore(settled: CallResult): CallResult {
    const { index, error } = this.#known.get(settled.index)!
    this.#known.delete(settled.index)
    if (!settled.ok && error !== undefined) return { ...settled, index, error }
    return settled.index === index ? settled : { ...settled, index }
  }
}

/** Meta data that could not be kept, or not be read again, would take the whole run with it when its result is there. */
function metaError(input: RequestInput): SettingsError | undefined {
  if (typeof input !== 'object' || input === null || !('meta' in input)) return undefined
  try {
    const text = writeJson(input.meta)
    if (text !== undefined && isTooDeep(text)) throw new JsonTooDeepError()
    return undefined
  } catch (reason) {
    return new SettingsError(`meta: cannot be kept as JSON: ${(reason as Error).message}`, 'SLUICE_BAD_INPUT')
  }
}

function withKey(input: RequestInput, key: string): RequestInput {
  const spec = typeof input === 'string' || input instanceof URL ? { url: input } : input
  const own = Object.keys(spec.headers ?? {}).some((name) => name.toLowerCase() === 'idempotency-key')
  return own ? spec : { ...spec, headers: { ...spec.headers, 'idempotency-key': key } }
}
