// A process of its own that works with a store, so that it can be killed and can be in the way of others.
import { writeSync } from 'node:fs'
import { argv, exit } from 'node:process'
import { createClient } from '../../../../src/index.ts'
import { resumeRun, startRun } from '../../../../src/runs/index.ts'
import { postgresStore } from '../../../../src/stores/postgres/index.ts'
import { failureOf, newRun, resultOf } from '../../stored.ts'

const groupSize = 50

const roles: Readonly<Record<string, (url: string, ...rest: string[]) => Promise<void>>> = {
  /** Claims a run, and stays. */
  async hold(url, run) {
    const store = await postgresStore({ url })
    await store.claim((await store.find(run!))!.id)
    say('claimed')
    setInterval(() => undefined, 1_000)
  },

  /** Commits group after group, and says how many are there. */
  async commit(url, run, groups) {
    const store = await postgresStore({ url })
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

  /** Claims a run again and again, and tells if it was not alone. */
  async contend(url, run, times) {
    const store = await postgresStore({ url })
    const { id } = (await store.find(run!))!
    let claims = 0
    while (claims < Number(times)) {
      try {
        await store.claim(id)
      } catch (reason) {
        if ((reason as { code?: string }).code !== 'SLUICE_RUN_BUSY') throw reason
        continue
      }
      // Whoever else were inside would have counted between these two.
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

  /** Opens the store, uses it, and leaves without a word. */
  async leave(url, how) {
    const store = await postgresStore({ url })
    const { id } = await store.create(newRun('k'))
    await store.claim(id)
    if (how === 'closed') await store.close()
    say('done')
  },

  /** Begins a run or goes on with it, and ends with it. */
  async work(url, api, count) {
    const store = await postgresStore({ url })
    const client = createClient({ baseUrl: api!, concurrency: 10 })
    const source = Array.from({ length: Number(count) }, (_, index) => `/${index}`)
    const isBegun = (await store.find('k')) !== undefined
    const run = isBegun
      ? await resumeRun({ store, client, name: 'k', source })
      : await startRun({ store, client, name: 'k', source })
    say('begun')
    await run.finish()
    await client.close()
    await store.close()
    say('finished')
  },
}

function say(text: string): void {
  writeSync(1, `${text}\n`)
}

const [role, ...rest] = argv.slice(2)
try {
  await roles[role!]!(...(rest as [string]))
} catch (reason) {
  writeSync(2, `${reason}\n`)
  exit(1)
}
