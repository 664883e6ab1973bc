// Starts a PostgreSQL server for experiments. Ctrl-C stops it and removes its data.
import { once } from 'node:events'
import { argv, stdout } from 'node:process'
import { startPostgres } from './start-postgres.ts'

const port = argv[2] === undefined ? undefined : Number(argv[2])
const server = await startPostgres({ port })
stdout.write(`${server.url}\n`)
const waiting = setInterval(() => undefined, 60_000)
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
await server.stop()
clearInterval(waiting)
