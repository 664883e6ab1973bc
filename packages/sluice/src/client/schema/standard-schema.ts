import { unexpected } from '../../errors/settings-error.ts'

/**
 * Interface shared by zod, valibot, arktype and others, version 1 of https://standardschema.dev: a validator, and the
 * type of its output. Declared here to avoid a dependency.
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaVerdict<Output> | Promise<SchemaVerdict<Output>>
    /** Used by the type checker only. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** Output of a schema, or its issues. */
export type SchemaVerdict<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly VendorIssue[] }

/** Issue as reported by a validator; vendors may add fields. */
interface VendorIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** Any schema with the output type `T`, whatever its input type. */
export type SchemaOf<T> = StandardSchemaV1<unknown, T>

/** Validates that `schema` is a Standard Schema or undefined, and returns it. @throws SettingsError */
export function checkedSchema<T>(schema: SchemaOf<T> | undefined): SchemaOf<T> | undefined {
  if (schema === undefined) return undefined
  // Schemas of some vendors are functions.
  const isThing = (typeof schema === 'object' && schema !== null) || typeof schema === 'function'
  if (isThing && typeof schema['~standard']?.validate === 'function') return schema
  throw unexpected('schema', 'a Standard Schema, such as one of zod, valibot or arktype', schema)
}
