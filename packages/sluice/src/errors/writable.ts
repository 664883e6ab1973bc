/** The same type with writable fields, for construction. */
export type Writable<T> = { -readonly [Name in keyof T]: T[Name] }
