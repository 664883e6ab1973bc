import { argv, exit, stdin, stdout } from 'node:process'
import { serveDashboard } from '../src/index.ts'
import { sampleFind, sampleLive } from './live-sample.ts'

/** Serves the live page of a run that is made up, with the script at the given URL, and prints its URL; ends with its stdin. */
const page = await serveDashboard({
  script: new URL(argv[2]!),
  look: () => sampleLive(),
  control: () => undefined,
  find: sampleFind,
})
stdout.write(`${page.url}\n`)
stdin.on('end', () => exit()).resume()
