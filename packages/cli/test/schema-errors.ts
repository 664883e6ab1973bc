import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'

const folder = join(import.meta.dirname, '../schemas')

/** Errors of a value against a published schema; none if it fits. */
export function schemaErrors(name: 'bench' | 'summary', value: unknown): string[] {
  const schema = JSON.parse(readFileSync(join(folder, `${name}.schema.json`), 'utf8')) as object
  const validate = new Ajv2020({ allErrors: true, strict: true }).compile(schema)
  validate(value)
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
