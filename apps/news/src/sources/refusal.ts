import { type CallResult, ClientError, ServerError, ThrottledError } from 'sluice'

/** More than this no API says of an error. */
const longestRefusal = 65_536

/** The JSON with which a request was refused, or nothing if there is none. */
export function refusalOf({ error }: CallResult & { readonly ok: false }): unknown {
  if (!(error instanceof ClientError || error instanceof ServerError || error instanceof ThrottledError))
    return undefined
  const { body } = error.response
  if (body.byteLength > longestRefusal) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}
