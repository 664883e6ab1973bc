// A thread that opens its store, and ends when it is asked something.
import { exit } from 'node:process'
import { parentPort } from 'node:worker_threads'

parentPort!.postMessage({ id: 0 })
parentPort!.on('message', () => exit(3))
