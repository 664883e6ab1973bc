#!/usr/bin/env node
// Imports nothing before the version is known: on a Node that is too old, what follows would crash without a word.
var version = process.versions.node.split('.').map(Number)
if (version[0] < 22 || (version[0] === 22 && version[1] < 19)) {
  process.exit(2)
}
import('../dist/main.js').catch((error) => {
  if (error && error.code === 'ERR_MODULE_NOT_FOUND' && /dist.main\.js/.test(error.message)) {
  } else {
  }
  process.exit(1)
})
