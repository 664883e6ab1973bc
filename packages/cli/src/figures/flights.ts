import type { FlightSeries } from '@sluice/dashboard'

/** Maximum number of steps; beyond it, they are merged in pairs. */
const maxSteps = 240

/** Requests in flight and their limit over time. The step length doubles as the run gets longer. */
export class Flights {
  #stepMs = 1_000
  #inFlight: number[] = []
  #limit: number[] = []

  add(atMs: number, inFlight: number, limit: number): void {
    while (atMs >= this.#stepMs * maxSteps) this.#double()
    const step = Math.floor(Math.max(0, atMs) / this.#stepMs)
    // A process that was suspended has missed steps: they repeat the step before.
    while (this.#inFlight.length <= step) {
      this.#inFlight.push(this.#inFlight.length === step ? inFlight : (this.#inFlight.at(-1) ?? inFlight))
      this.#limit.push(limit)
    }
    this.#inFlight[step] = Math.max(this.#inFlight[step]!, inFlight)
    this.#limit[step] = limit
  }

  series(): FlightSeries {
    return { stepMs: this.#stepMs, inFlight: this.#inFlight, limit: this.#limit }
  }

  #double(): void {
    const halves = Array.from({ length: Math.ceil(this.#inFlight.length / 2) }, (_, step) => 2 * step)
    this.#inFlight = halves.map((step) => Math.max(this.#inFlight[step]!, this.#inFlight[step + 1] ?? 0))
    this.#limit = halves.map((step) => this.#limit[step + 1] ?? this.#limit[step]!)
    this.#stepMs *= 2
  }
}
