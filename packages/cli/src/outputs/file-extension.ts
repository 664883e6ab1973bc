const extensions: ReadonlyMap<string, string> = new Map([
  ['application/gzip', 'gz'],
  ['application/javascript', 'js'],
  ['application/json', 'json'],
  ['application/octet-stream', 'bin'],
  ['application/pdf', 'pdf'],
  ['application/x-ndjson', 'jsonl'],
  ['application/xml', 'xml'],
  ['application/yaml', 'yaml'],
  ['application/zip', 'zip'],
  ['audio/mpeg', 'mp3'],
  ['image/avif', 'avif'],
  ['image/gif', 'gif'],
  ['image/jpeg', 'jpg'],
  ['image/png', 'png'],
  ['image/svg+xml', 'svg'],
  ['image/webp', 'webp'],
  ['text/calendar', 'ics'],
  ['text/css', 'css'],
  ['text/csv', 'csv'],
  ['text/html', 'html'],
  ['text/javascript', 'js'],
  ['text/markdown', 'md'],
  ['text/plain', 'txt'],
  ['text/xml', 'xml'],
  ['video/mp4', 'mp4'],
])

/** The ending of a file that holds this type, without a dot: `bin` for what is not known. */
export function fileExtension(contentType: string | undefined): string {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const known = extensions.get(type)
  if (known !== undefined) return known
  if (type.endsWith('+json')) return 'json'
  if (type.endsWith('+xml')) return 'xml'
  return type.startsWith('text/') ? 'txt' : 'bin'
}

/** Every ending that `fileExtension` can return. */
export const fileExtensions: readonly string[] = [...new Set(extensions.values())]
