// Tells whether the library for PostgreSQL is loaded after each step, and what is said where it is missing.
import { createRequire, registerHooks } from 'node:module'
import process, { argv } from 'node:process'

const { cache } = createRequire(import.meta.url)
const [url, state] = argv.slice(2)

if (state === 'missing') {
  registerHooks({
    resolve: (name, context, next) => {
      if (name === 'pg') throw new Error('Cannot find package pg')
      return next(name, context)
    },
  })
}

const isLoaded = (): boolean => Object.keys(cache).some((file) => /node_modules[\\/]pg[\\/]/.test(file))

await import('../../../../src/index.ts')
const { postgresStore } = await import('../../../../src/stores/postgres/index.ts')
const before = isLoaded()
let failure: unknown
try {
  await (await postgresStore({ url: url! })).close()
} catch (reason) {
  failure = String(reason)
}
process.stdout.write(`${JSON.stringify({ before, after: isLoaded(), failure })}\n`)
