/** Values of `content-encoding` that are no coding: the body is plain. */
const noCodings: ReadonlySet<string> = new Set([
  'identity',
  'none',
  'no',
  'null',
  'undefined',
  'false',
  'plain',
  'text',
  'raw',
  'binary',
  '7bit',
  '8bit',
  // A framing of uploads to S3, which keeps it as if it were a coding of what was uploaded.
  'aws-chunked',
])

/** A character set, or a media type, in the wrong header. */
const noCodingForms =
  /^(?:utf-?\d+(?:[bl]e)?|us-ascii|ascii|latin-?\d+|iso[-_]8859-\d+|windows-\d+|cp\d+|[\w.+-]+\/.*)$/

/**
 * Codings of a `content-encoding` in the order of decoding, in lower case.
 */
export function codingsOf(contentEncoding: string): string[] {
  return contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .map((coding) => (coding === 'x-gzip' ? 'gzip' : coding))
    .filter((coding) => coding !== '' && !noCodings.has(coding) && !noCodingForms.test(coding))
    .reverse()
}
