import { readFileSync } from 'node:fs'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

// Prints what publint and "are the types wrong?" find in tarballs, a line for each: node pack/problems.js TARBALL...

// Modules of ECMAScript alone, which `require` takes too from Node 22.12 on; TypeScript's "node10" knows no `exports`.
const taken = new Set(['NoResolution node10', 'CJSResolvesToESM node16-cjs'])

for (const tarball of process.argv.slice(2)) {
  const bytes = readFileSync(tarball)
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball: data }, strict: true })
  const { types, problems = [] } = await checkPackage(createPackageFromTarballData(bytes))
  const found = types === false ? [] : problems
  const lines = [
    ...messages.map((message) => formatMessage(message, pkg, { color: false })),
    ...found.map(({ kind, resolutionKind = '' }) => `${kind} ${resolutionKind}`).filter((line) => !taken.has(line)),
  ]
  for (const line of lines) process.stdout.write(`${pkg.name}: ${line}\n`)
}
