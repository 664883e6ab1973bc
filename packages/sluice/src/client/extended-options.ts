import { record } from '../http/create-request.ts'
import { mergeHeaders } from '../http/headers.ts'
import { socketOptions } from '../transport/socket-options.ts'
import type { ClientOptions } from './settings.ts'

/** Options used only by the built-in transport. */
export const transportOptions: readonly (keyof ClientOptions)[] = [...socketOptions, 'maxBody', 'dispatcher']

/** Options of a client that has a transport: without those of the built-in one. */
export function withoutTransport(options: ClientOptions): ClientOptions {
  const isOther = ([name]: [string, unknown]): boolean => !transportOptions.includes(name as keyof ClientOptions)
  return Object.fromEntries(Object.entries(options).filter(isOther))
}

/** Options of an extended client. Headers and retry options are merged. */
export function extendedOptions(options: ClientOptions, changes: ClientOptions): ClientOptions {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined)
  const { retry } = changes
  return {
    ...withoutTransport(options),
    ...Object.fromEntries(given),
    headers: mergeHeaders(mergeHeaders({}, options.headers ?? {}), record('headers', changes.headers)),
    ...(retry ? { retry: { ...(options.retry || undefined), ...retry } } : undefined),
  }
}
