import { mkdirSync, writeFileSync } from 'node:fs'
import { cliReference } from '../src/cli-reference.ts'

const folder = new URL('../../../docs/', import.meta.url)
mkdirSync(folder, { recursive: true })
writeFileSync(new URL('cli.md', folder), cliReference())
