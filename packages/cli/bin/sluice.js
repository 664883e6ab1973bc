#!/usr/bin/env sh
':' //; exec node --max-semi-space-size=8 -- "$0" "$@"
// A shell starts Node with `--`: otherwise Node itself looks for the file of `--env-file`, and ends without a word of ours.
// The young generation is bounded: a third less memory in a long run, at the same speed (docs/performance.md).
// Imports nothing before the version is known: on a Node that is too old, what follows would crash without a word.
var version = process.versions.node.split('.').map(Number)
if (version[0] < 22 || (version[0] === 22 && version[1] < 19)) {
  console.error(
    'sluice needs Node 22.19 or newer, and this is ' +
      process.versions.node +
      ': install a newer one from your package manager or nodejs.org, or run it as `npx sluice` inside a checkout.',
  )
  process.exit(2)
}
import('node:module')
  .then(function (module) {
    // What Node has compiled once it need not compile again: half of the time until the first request.
    module.enableCompileCache()
    return import('../bundle/main.js')
  })
  .catch(function (error) {
    if (error && error.code === 'ERR_MODULE_NOT_FOUND' && /bundle.main\.js/.test(error.message)) {
      console.error('sluice is not built yet: run `npm run build` in the checkout.')
    } else {
      console.error(error)
    }
    process.exit(1)
  })
