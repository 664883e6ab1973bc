import { hostname } from 'node:os'
import { pid } from 'node:process'

/** Host and process id of this process, as other processes see them. */
export function processIdentity(): { readonly host: string; readonly pid: number } {
  return { host: hostname(), pid }
}
