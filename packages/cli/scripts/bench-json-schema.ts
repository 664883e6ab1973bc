import { toJsonSchema } from '@valibot/to-json-schema'
import { benchmarkParts, benchmarkSchema } from '../src/figures/benchmark-schema.ts'

/** Text of `schemas/bench.schema.json`. */
export function benchJsonSchema(): string {
  const schema = toJsonSchema(benchmarkSchema, { target: 'draft-2020-12', definitions: benchmarkParts })
  return `${JSON.stringify({ ...schema, $id: 'urn:sluice:bench:1' }, undefined, 2)}\n`
}
