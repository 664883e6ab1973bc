/** The first picture of a page that is opened now. */
export async function pictureAt(url: string): Promise<unknown> {
  const abort = new AbortController()
  const { body } = await fetch(new URL('events', url), { signal: abort.signal })
  let text = ''
  for await (const part of body!) {
    text += Buffer.from(part).toString('utf8')
    if (text.includes('\n\n')) break
  }
  abort.abort()
  return JSON.parse(/^data: (.*)$/m.exec(text)![1]!)
}
