import type { Transport } from '../transport/transport.ts'

/** Limits the number of requests, so that the announced maximum holds. */
export class RequestBudget {
  readonly #most: number
  readonly #onSent: (sent: number) => void
  #sent = 0

  constructor(most: number, onSent: (sent: number) => void = () => {}) {
    this.#most = most
    this.#onSent = onSent
  }

  get sent(): number {
    return this.#sent
  }

  /** Same transport, counted. */
  over(transport: Transport): Transport {
    return {
      ...transport,
      send: async (request, exchange) => {
        if (this.#sent >= this.#most) throw new Error(`more than the ${this.#most} requests that were announced`)
        this.#sent++
        this.#onSent(this.#sent)
        return await transport.send(request, exchange)
      },
    }
  }
}
