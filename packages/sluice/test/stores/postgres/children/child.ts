// A process of its own that works with a store, so that it can be killed and can be in the way of others.
import { createClient } from '../../../../src/index.ts'
import { resumeRun, startRun } from '../../../../src/runs/index.ts'
import { postgresStore } from '../../../../src/stores/postgres/index.ts'
import { play, type Roles, say, storeRoles } from '../../child-roles.ts'

const roles: Roles = {
  ...storeRoles((url) => postgresStore({ url })),

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

await play(roles)
