import { refusalWords } from '../../http/refusal-words.ts'
import type { ApiResponse } from '../../http/response.ts'
import type { Gate } from '../admission/gates/gate.ts'
import type { PoolKeySettings } from './options.ts'

/** Rest of a key in ms after its first refusal; doubled after each further refusal. */
const firstRest = 60_000
const longestRest = 3_600_000

/** Key of a pool in one partition, with limits of its own. */
export class KeyLane {
  readonly key: PoolKeySettings
  /** Partition and key, as shown in events. */
  readonly name: string
  readonly gates: readonly Gate[]
  #restsUntil = Number.NEGATIVE_INFINITY
  #rest = 0

  constructor(key: PoolKeySettings, name: string, gates: readonly Gate[]) {
    this.key = key
    this.name = name
    this.gates = gates
  }

  /** End of the key's rest after a refusal; in the past for all other keys. */
  get restsUntil(): number {
    return this.#restsUntil
  }

  isResting(now: number): boolean {
    return now < this.#restsUntil
  }

  /** Records a refusal of the key for a request admitted at `admittedAt`. Returns false if it is already known. */
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

/** True if the server refuses the key in general: unknown or revoked (401), or its balance or quota is exhausted. */
export function isKeyRefused(response: ApiResponse): boolean {
  const { status } = response
  return status === 401 || status === 402 || (status >= 400 && refusalWords(response)?.means === 'used up')
}
