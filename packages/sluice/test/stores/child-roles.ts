// Roles of the processes that tests start and kill, for every kind of store.
import { writeSync } from 'node:fs'
import { argv, exit } from 'node:process'
import type { RunStore } from '../../src/stores/index.ts'
import { failureOf, newRun, resultOf } from './stored.ts'

/** Results in each commit of the role `commit`. */
export const groupSize = 50

/** Roles by name. Each gets the place of the store and the other arguments of the process. */
export type Roles = Readonly<Record<string, (place: string, ...rest: string[]) => Promise<void>>>

/** Roles that are the same for every store, which `open` opens. */
export function storeRoles(open: (place: string, driver?: string) => Promise<RunStore>): Roles {
  return {
    /** Claims a run, and stays. */
    async hold(place, run) {
      const store = await open(place)
      await store.claim((await store.find(run!))!.id)
      say('claimed')
      setInterval(() => undefined, 1_000)
    },

    /** Commits group after group, and prints the number of results after each. */
    async commit(place, run, groups, driver) {
      const store = await open(place, driver)
      const { id } = (await store.find(run!)) ?? (await store.create(newRun(run!)))
      await store.claim(id)
      const settled = await store.settled(id, { limit: 1_000_000 })
      let next = settled.length
      const end = next + Number(groups) * groupSize
      while (next < end) {
        const results = Array.from({ length: groupSize }, (_, at) =>
          at % 10 === 0 ? failureOf(next + at, 503) : resultOf(next + at, { body: new Uint8Array(700).fill(at) }),
        )
        next += groupSize
        const progress = { read: next, hasEnded: false, settledBelow: next, mark: { index: next, mark: 'x' } }
        await store.commit(id, { results, progress, at: 2_000 })
        say(String(next))
      }
      await store.close()
    },

    /** Claims a run again and again, and counts in the run. */
    async contend(place, run, times) {
      const store = await open(place)
      const { id } = (await store.find(run!))!
      let claims = 0
      while (claims < Number(times)) {
        try {
          await store.claim(id)
        } catch (reason) {
          if ((reason as { code?: string }).code !== 'SLUICE_RUN_BUSY') throw reason
          continue
        }
        // Another process with the claim would count between these two, and one of both counts would be lost.
        const before = (await store.find(run!))!.read
        await store.commit(id, {
          progress: { read: before + 1, hasEnded: false, settledBelow: 0, mark: undefined },
          at: 2_000,
        })
        claims++
        await store.release(id)
      }
      await store.close()
      say(String(claims))
    },

    /** Opens the store, uses it, and leaves it open unless told to close it. */
    async leave(place, how) {
      const store = await open(place)
      await store.claim((await store.create(newRun('k'))).id)
      if (how === 'closed') await store.close()
      say('done')
    },
  }
}

/** Plays the role that the arguments of the process name. */
export async function play(roles: Roles): Promise<void> {
  const [role, ...rest] = argv.slice(2)
  try {
    await roles[role!]!(...(rest as [string]))
  } catch (reason) {
    writeSync(2, `${reason}\n`)
    exit(1)
  }
}

export function say(text: string): void {
  writeSync(1, `${text}\n`)
}
