/** What a declaration of XML says of its characters; it is in ASCII whatever they are. */
const declared = /^[^<]{0,4}<\?xml[^>]{0,200}\bencoding\s*=\s*["']([\w.:-]{1,40})["']/

/** The text of a feed: by its byte order mark, its content type, its XML declaration, or as UTF-8. */
export function feedText(body: Uint8Array, contentType: string | undefined): string {
  const head = new TextDecoder('latin1').decode(body.subarray(0, 300))
  const mark = /^\xef\xbb\xbf/.test(head) ? 'utf-8' : /^\xff\xfe/.test(head) ? 'utf-16le' : undefined
  const told = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType ?? '')?.[1]
  for (const name of [mark, /^\xfe\xff/.test(head) ? 'utf-16be' : undefined, told, declared.exec(head)?.[1]]) {
    if (name === undefined) continue
    try {
      return new TextDecoder(name).decode(body)
    } catch {
      // A name that nobody knows says nothing.
    }
  }
  return new TextDecoder().decode(body)
}
