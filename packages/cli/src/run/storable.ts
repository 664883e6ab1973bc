/** A value as a file can hold it: nothing is an empty file. */
export function storable(value: unknown): string | Uint8Array | object | number | boolean | null {
  return (value ?? '') as string | Uint8Array | object | number | boolean | null
}
