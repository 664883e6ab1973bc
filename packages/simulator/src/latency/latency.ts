import type { Duration } from 'sluice'
import type { Random } from 'sluice/internal'

/** Distribution of the response time, in milliseconds. */
export type LatencyLaw =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'uniform'; readonly from: number; readonly to: number }
  | { readonly kind: 'lognormal'; readonly p50: number; readonly p99: number }
  | { readonly kind: 'tail'; readonly value: number; readonly tail: readonly TailPart[] }

export interface TailPart {
  readonly share: number
  readonly value: number
}

/** Distributions over time, each with its start in milliseconds since the start. The first starts at 0. */
export type Latency = readonly { readonly after: number; readonly law: LatencyLaw }[]

/** Latency as configured; a number is milliseconds. */
export type LatencyOption = Duration | readonly (Duration | { readonly after: Duration; readonly latency: Duration })[]

/** 99th percentile of the standard normal distribution. */
const z99 = 2.326_347_874_040_841

/** Response time for a request that arrives `now` milliseconds after the start. */
export function drawLatency(latency: Latency, now: number, random: Random): number {
  let law = latency[0]!.law
  for (const step of latency) if (step.after <= now) law = step.law
  return draw(law, random)
}

function draw(law: LatencyLaw, random: Random): number {
  switch (law.kind) {
    case 'constant':
      return law.value
    case 'uniform':
      return law.from + random() * (law.to - law.from)
    case 'lognormal':
      return law.p50 * Math.exp((Math.log(law.p99 / law.p50) / z99) * standardNormal(random))
    case 'tail': {
      let left = random()
      for (const part of law.tail) {
        if (left < part.share) return part.value
        left -= part.share
      }
      return law.value
    }
  }
}

/** Box-Muller method. */
function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
