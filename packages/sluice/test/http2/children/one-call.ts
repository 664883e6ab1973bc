// Makes one call over HTTP/2, leaves the transport open, and tells when the answer was there and when the process ended.
import process, { argv } from 'node:process'
import { openTransport, send } from '../support.ts'

await send(openTransport(), { url: argv[2]! })
process.stdout.write(`${performance.now()} `)
process.on('exit', () => process.stdout.write(`${performance.now()}`))
