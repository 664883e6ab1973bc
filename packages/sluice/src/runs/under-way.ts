import type { CallResult } from '../client/result.ts'
import type { SluiceError } from '../errors/sluice-error.ts'
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
    const isRequest = 'request' in item
    this.#known.set(this.#given++, { index, error: isRequest ? undefined : item.error })
    if (!isRequest) return { url: noRequest, id: item.id }
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

function withKey(input: RequestInput, key: string): RequestInput {
  const spec = typeof input === 'string' || input instanceof URL ? { url: input } : input
  const own = Object.keys(spec.headers ?? {}).some((name) => name.toLowerCase() === 'idempotency-key')
  return own ? spec : { ...spec, headers: { ...spec.headers, 'idempotency-key': key } }
}
