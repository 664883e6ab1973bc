import { hostname } from 'node:os'
import { pid } from 'node:process'

/** Who works here, as others are told. */
export function processIdentity(): { readonly host: string; readonly pid: number } {
  return { host: hostname(), pid }
}
