/** True if a `content-type` says JSON: `application/json`, `text/json`, and the `+json` types (RFC 6839). */
export function isJsonType(contentType: string): boolean {
  return /^\s*(application\/json|text\/json|[^\s;][^;]*\+json)\s*(;|$)/i.test(contentType)
}
