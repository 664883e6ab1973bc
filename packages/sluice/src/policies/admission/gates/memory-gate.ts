import type { MemoryUse } from '../../../events/event.ts'
import { type ApiRequest, isStreamForm } from '../../../http/request.ts'
import { isJsonType } from '../../../http/response.ts'
import type { Attempt } from '../../attempt.ts'
import type { Outcome } from '../../outcome.ts'
import { BodyMemory, copies, memoryText, parsedSize, usualBody } from './body-memory.ts'
import { type Answer, type Gate, go, type Settled, waitForSettle } from './gate.ts'

/** Bytes of a body from which on its type matters. */
const noticed = 64 * 1024

/** Called when this machine limits the calls. */
export type OnLimited = (limited: { readonly message: string; readonly memory?: MemoryUse }) => void

/** Limits the calls in flight to those whose bodies fit in memory together. Streamed bodies are not buffered. */
export class MemoryGate implements Gate {
  readonly name = 'memory'
  readonly #memory: BodyMemory
  #inFlight = 0

  /** `onLimited` is called once, when memory allows fewer calls than the concurrency does. */
  constructor(maxBytes: number, concurrency: { readonly limit: number }, onLimited: OnLimited) {
    const onFull = (): void => {
      if (!this.#memory.isNewlyBelow(concurrency.limit)) return
      const memory = { concurrency: this.#memory.places, body: this.#memory.largest, maxMemory: maxBytes }
      onLimited({ message: memoryText(memory), memory })
    }
    this.#memory = new BodyMemory(maxBytes, onFull)
  }

  ask(_now: number, _weight: number, request?: ApiRequest): Answer {
    if (request !== undefined && isStreamForm(request.readAs)) return go
    return this.#inFlight < this.#memory.places ? go : waitForSettle
  }

  take(_now: number, _weight: number, { call }: Attempt): void {
    if (call.stream === undefined) this.#inFlight++
  }

  settle(_now: number, { attempt, outcome }: Settled): void {
    if (attempt.call.stream !== undefined) return
    this.#inFlight--
    this.#memory.saw(bytesOf(outcome))
  }

  isFresh(): boolean {
    return this.#inFlight === 0
  }
}

/** Approximate bytes of the body of an outcome, with the value that is parsed from it. */
function bytesOf(outcome: Outcome): number {
  if (outcome.kind === 'failure') return outcome.error.code === 'SLUICE_BODY_TOO_LARGE' ? usualBody : 0
  if (outcome.kind !== 'response') return 0
  const { body, headers } = outcome.response
  const isParsed = body.byteLength >= noticed && isJsonType(headers['content-type'] ?? '')
  return isParsed ? body.byteLength * (1 + parsedSize / copies) : body.byteLength
}
