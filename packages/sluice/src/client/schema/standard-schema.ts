import { unexpected } from '../../errors/settings-error.ts'

/**
 * Interface shared by zod, valibot, arktype and others, version 1 of https://standardschema.dev: a validator, and the type
 * of what it gives. Written down here, so that no package is needed for it.
 */
export interface StandardSchemaV1<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaVerdict<Output> | Promise<SchemaVerdict<Output>>
    /** For the compiler alone. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** The value, or what is wrong with it. */
export type SchemaVerdict<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly VendorIssue[] }

/** An issue as validators write it; they may add fields of their own. */
interface VendorIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** Any schema whose output is `T`, whatever it takes. */
export type SchemaOf<T> = StandardSchemaV1<unknown, T>

/** Returns `schema` if it is one, or missing. @throws SettingsError */
export function checkedSchema<T>(schema: SchemaOf<T> | undefined): SchemaOf<T> | undefined {
  if (schema === undefined) return undefined
  // Some are functions.
  const isThing = (typeof schema === 'object' && schema !== null) || typeof schema === 'function'
  if (isThing && typeof schema['~standard']?.validate === 'function') return schema
  throw unexpected('schema', 'a Standard Schema, such as one of zod, valibot or arktype', schema)
}
