import type { SchemaOf, SchemaVerdict } from '../schema/standard-schema.ts'

/** A value as it came, and what its schema made of it. */
export interface RawAndValue {
  readonly raw: unknown
  readonly value: unknown
}

/** The same schema, whose output has the raw value too: a schema may leave out what leads to the next page. */
export function withRaw(schema: SchemaOf<unknown>): SchemaOf<RawAndValue> {
  const { validate } = schema['~standard']
  return {
    '~standard': {
      version: 1,
      vendor: 'sluice',
      validate(raw) {
        const both = (verdict: SchemaVerdict<unknown>): SchemaVerdict<RawAndValue> =>
          verdict.issues === undefined ? { value: { raw, value: verdict.value } } : verdict
        const verdict = validate.call(schema['~standard'], raw)
        return 'then' in verdict ? verdict.then(both) : both(verdict)
      },
    },
  }
}
