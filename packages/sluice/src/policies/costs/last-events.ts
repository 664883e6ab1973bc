/**
 * JSON values in the end of a body that was read as it came: of its server-sent events (`data: ...`) or lines, the last ones. What
 * is no JSON, or cut at the beginning, is left out.
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
