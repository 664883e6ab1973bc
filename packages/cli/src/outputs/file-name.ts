import { SettingsError } from 'sluice'

/** Values for the placeholders of a file name. */
export interface NameValues {
  readonly index: number
  readonly id: string
  readonly url: string
}

/** A safe name without its extension, which is only known with the response. */
export interface FileStem {
  readonly stem: string
  /** Rest of the name, once `{ext}` is known. */
  tail(extension: string): string
}

/** Maximum length of a file name in bytes, including its extension. */
const longestName = 200

/** Device names of Windows, with any extension. */
const reserved = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i

/**
 * Compiles a name such as `{index}-{id}.{ext}`. Placeholders: index, id, host, path, ext.
 *
 * For any values, the result is the name of a file in one folder: slashes and characters that any system forbids become
 * `_`; it has no leading dot, is no device name, and has at most 200 bytes. A truncated name ends with the index, so
 * that it is unique.
 *
 * @throws SettingsError for an unknown placeholder, or a template that is a path
 */
export function compileFileName(template: string): (values: NameValues) => FileStem {
  if (template === '') throw new SettingsError('--file-name: the name is empty; write for example {index}-{id}')
  if (/[/\\\0]/.test(template))
    throw new SettingsError('--file-name: expected the name of a file, not a path; give the folder with --out-dir')
  const parts = template.split(/(\{[^{}]*\})/)
  for (const place of parts.filter((_, index) => index % 2 === 1)) {
    if (!/^\{(index|id|host|path|ext)\}$/.test(place)) {
      throw new SettingsError(
        `--file-name: ${place} is unknown; the placeholders are {index}, {id}, {host}, {path} and {ext}`,
      )
    }
  }
  // The extension must come last, because only the end of the name can be left open.
  const open = /^(.*?)(\.?)\{ext\}$/s.exec(template)
  const fixed = open === null ? parts : open[1]!.split(/(\{[^{}]*\})/)
  if (fixed.includes('{ext}')) throw new SettingsError('--file-name: {ext} is allowed only at the end')
  const dot = open?.[2] ?? ''

  return (values) => {
    const { host, pathname } = placesOf(values.url)
    const text = fixed
      .map((part, index) => {
        if (index % 2 === 0) return part
        if (part === '{index}') return String(values.index)
        return part === '{id}' ? values.id : part === '{host}' ? host : pathname
      })
      .join('')
    return {
      stem: safeName(text, values.index, open === null ? longestName : longestName - 10),
      tail: (extension) => (open === null ? '' : `${dot}${extension}`),
    }
  }
}

/** A name that is safe on Linux, macOS and Windows, and unique by `index` if it was truncated. */
export function safeName(text: string, index: number, limit: number = longestName): string {
  const harmless = text
    .toWellFormed()
    .normalize('NFC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no name may have them
    .replace(/[\u0000-\u001f\u007f-\u009f/\\:*?"<>|\u202a-\u202e\u2066-\u2069]/g, '_')
    .replace(/^\.+/, (dots) => '_'.repeat(dots.length))
    .replace(/(?<![. ])[. ]+$/, (blanks) => '_'.repeat(blanks.length))
  const named = harmless === '' ? String(index) : reserved.test(harmless) ? `_${harmless}` : harmless
  if (Buffer.byteLength(named) <= limit) return named
  const [name, ending] = splitEnding(named)
  const suffix = `-${index}${ending}`
  let cut = ''
  let bytes = suffix.length
  for (const character of name) {
    bytes += Buffer.byteLength(character)
    if (bytes > limit) break
    cut += character
  }
  return cut + suffix
}

/** A name without its extension, and the extension with its dot. */
export function splitEnding(name: string): readonly [name: string, ending: string] {
  const ending = /(?<=.)\.[A-Za-z0-9]{1,5}$/s.exec(name)?.[0] ?? ''
  return [name.slice(0, name.length - ending.length), ending]
}

function placesOf(url: string): { readonly host: string; readonly pathname: string } {
  if (!URL.canParse(url)) return { host: '', pathname: '' }
  const { host, pathname } = new URL(url)
  return { host, pathname: pathname.replace(/^\/+/, '') }
}

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

/** File extension for a media type, without a dot: `bin` for an unknown one. */
export function fileExtension(contentType: string | undefined): string {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const known = extensions.get(type)
  if (known !== undefined) return known
  if (type.endsWith('+json')) return 'json'
  if (type.endsWith('+xml')) return 'xml'
  return type.startsWith('text/') ? 'txt' : 'bin'
}

/** All extensions that `fileExtension` can return. */
export const fileExtensions: readonly string[] = [...new Set(extensions.values())]
