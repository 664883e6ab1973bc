/** The same while it is being made: its fields may still be set. */
export type Writable<T> = { -readonly [Name in keyof T]: T[Name] }
