#!/usr/bin/env node
// Imports nothing before the version is known: on a Node that is too old, what follows would crash without a word.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major > 22 || (major === 22 && minor >= 19)) await import('../dist/main.js')
else {
  process.stderr.write(`news needs Node 22.19 or newer, and this is ${process.versions.node}\n`)
  process.exitCode = 2
}
