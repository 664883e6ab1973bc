import { writeFileSync } from 'node:fs'
import { cliReference } from '../src/cli-reference.ts'
import { benchJsonSchema } from './bench-json-schema.ts'

writeFileSync(new URL('../../../docs/cli.md', import.meta.url), cliReference())
writeFileSync(new URL('../schemas/bench.schema.json', import.meta.url), benchJsonSchema())
