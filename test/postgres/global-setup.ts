import { once } from 'node:events'
import { createServer } from 'node:net'
import { env } from 'node:process'
import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from './start-postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Port that sends the URL of the server of this test run as JSON to each connection. */
    postgresDoor: number
  }
}

/** Provides one server for all tests of a run. It is started on the first request, since most runs need none. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if ((env.DATABASE_URL ?? '') !== '') return undefined
  let server: Promise<PostgresServer> | undefined
  const door = createServer(async (asking) => {
    asking.on('error', () => undefined)
    server ??= startPostgres()
    const answer = await server.then(
      ({ url }) => ({ url }),
      (reason) => ({ error: String(reason?.message ?? reason) }),
    )
    asking.end(JSON.stringify(answer))
  })
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  door.unref()
  project.provide('postgresDoor', (door.address() as { readonly port: number }).port)
  return async () => {
    door.close()
    await server?.then((started) => started.stop()).catch(() => undefined)
  }
}
