import type { Transport } from '../transport/transport.ts'

/** Passes on so many requests and no more, whatever asks for them: what was announced holds. */
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

  /** The same transport, counted. */
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
