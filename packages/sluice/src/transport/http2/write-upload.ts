import type { ClientHttp2Stream } from 'node:http2'
import type { Upload } from '../upload.ts'

/** Writes a body as fast as the server takes it. @throws BodySourceError for what goes wrong in its source */
export async function writeUpload(upload: Upload, stream: ClientHttp2Stream): Promise<void> {
  for await (const chunk of upload) {
    if (stream.closed) return
    if (!stream.write(chunk)) await writable(stream)
  }
  if (!stream.closed) stream.end()
}

/** Waits until the stream takes more, or is closed. */
function writable(stream: ClientHttp2Stream): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.removeListener('drain', done)
      stream.removeListener('close', done)
      resolve()
    }
    stream.once('drain', done)
    stream.once('close', done)
    if (stream.closed) done()
  })
}
