import { refusalWords } from '../../http/refusal-words.ts'
import type { ApiResponse } from '../../http/response.ts'
import type { Gate } from '../admission/gates/gate.ts'
import type { PoolKeySettings } from './options.ts'

/** Without a key for so long after it was first refused; twice as long each time it is refused again. */
const firstRest = 60_000
const longestRest = 3_600_000

/** One key of a pool in one partition, with limits of its own. */
export class KeyLane {
  readonly key: PoolKeySettings
  /** Partition and key, as they stand in events. */
  readonly name: string
  readonly gates: readonly Gate[]
  #restsUntil = Number.NEGATIVE_INFINITY
  #rest = 0

  constructor(key: PoolKeySettings, name: string, gates: readonly Gate[]) {
    this.key = key
    this.name = name
    this.gates = gates
  }

  /** When a key that the server has refused is tried again; in the past for any other. */
  get restsUntil(): number {
    return this.#restsUntil
  }

  isResting(now: number): boolean {
    return now < this.#restsUntil
  }

  /** Takes in that the server has refused the key to a request that was admitted at `admittedAt`. Returns true if that is news. */
  refuse(now: number, admittedAt: number): boolean {
    if (admittedAt < this.#restsUntil && this.#rest > 0) return false
    this.#rest = Math.min(longestRest, this.#rest === 0 ? firstRest : this.#rest * 2)
    this.#restsUntil = now + this.#rest
    return true
  }

  accept(): void {
    this.#rest = 0
  }
}

/** True if the server will have no request with this key: it is unknown or revoked (401), or its balance or quota is used up. */
export function isKeyRefused(response: ApiResponse): boolean {
  const { status } = response
  return status === 401 || status === 402 || (status >= 400 && refusalWords(response)?.means === 'used up')
}
