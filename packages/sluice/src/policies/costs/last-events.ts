/**
 * JSON values at the end of a streamed body, from its last server-sent events (`data: ...`) or lines. Text that is not
 * JSON, or is cut off at the start, is skipped.
 */
export function lastEvents(tail: readonly Uint8Array[]): readonly unknown[] {
  const decoder = new TextDecoder()
  const text = tail.map((chunk) => decoder.decode(chunk, { stream: true })).join('') + decoder.decode()
  return text.split(/\r\n|\r|\n/).flatMap((line) => {
    const json = line.replace(/^data: ?/, '')
    if (!json.startsWith('{') && !json.startsWith('[')) return []
    try {
      return [JSON.parse(json) as unknown]
    } catch {
      return []
    }
  })
}
