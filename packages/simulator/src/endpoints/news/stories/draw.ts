import { seededRandom } from 'sluice/internal'

/** What chance decides about a number for some purpose: from 0 to 1, and the same whenever it is asked. */
export type Draw = (number: number, purpose: string) => number

/** Chance without a memory: what is decided depends on the seed, and not on who asked before. */
export function drawFrom(seed: number): Draw {
  return (number, purpose) => {
    let mixed = seed ^ Math.imul(number, 0x9e37_79b1)
    for (let index = 0; index < purpose.length; index++) {
      mixed = Math.imul(mixed ^ purpose.charCodeAt(index), 0x0100_0193)
    }
    return seededRandom(mixed >>> 0)()
  }
}

/** One of several, each as likely as the others. */
export function pick<T>(choices: readonly T[], chance: number): T {
  return choices[Math.floor(chance * choices.length)]!
}
