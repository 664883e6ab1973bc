/** Values of `content-encoding` that are not a coding: the body is plain. */
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
  // Framing of S3 uploads, which S3 stores as if it were a coding of the content.
  'aws-chunked',
])

/** A charset or media type in the wrong header. */
const noCodingForms =
  /^(?:utf-?\d+(?:[bl]e)?|us-ascii|ascii|latin-?\d+|iso[-_]8859-\d+|windows-\d+|cp\d+|[\w.+-]+\/.*)$/

/**
 * Codings in a `content-encoding`, in order of decoding, in lower case.
 */
export function codingsOf(contentEncoding: string): string[] {
  return contentEncoding
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .map((coding) => (coding === 'x-gzip' ? 'gzip' : coding))
    .filter((coding) => coding !== '' && !noCodings.has(coding) && !noCodingForms.test(coding))
    .reverse()
}
