import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import * as jsonc from 'jsonc-parser'
import { SettingsError } from 'sluice'
import * as v from 'valibot'
import { replaceFile } from './replace-file.ts'
import { firstSettings, type NewsSettings, newsSettings, type SourceSetting } from './settings.ts'

/** Change of one source in the settings file. */
export interface SourceEdit {
  /** Index of the source; undefined adds one. */
  readonly at?: number | undefined
  /** New settings of the source; undefined removes it. */
  readonly to?: SourceSetting | undefined
}

/**
 * Reads the settings file, which may contain comments and trailing commas; defaults to the settings of a new reader if it
 * does not exist. @throws SettingsError that names the file, the line and the place
 */
export async function loadSettings(path: string): Promise<NewsSettings> {
  const text = await textOf(path)
  return text === undefined ? firstSettings : parsed(path, text)
}

/**
 * Changes the settings file atomically, and returns its new settings. Comments, formatting and all settings that `edit`
 * does not change stay as they are. Changes of several processes wait for each other.
 *
 * @throws SettingsError if the file is invalid or cannot be written; errors of `edit`. The file is then unchanged.
 */
export async function changeSettings(
  path: string,
  edit: (settings: NewsSettings) => readonly SourceEdit[],
): Promise<NewsSettings> {
  let changed: NewsSettings = firstSettings
  try {
    await replaceFile(path, async () => {
      const text = (await textOf(path)) ?? `${JSON.stringify(firstSettings, undefined, 2)}\n`
      const before = parsed(path, text)
      const edits = edit(before)
      const after = edits.length === 0 ? text : edited(text, before.sources, edits)
      changed = parsed(path, after)
      return after === text ? undefined : after
    })
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw new SettingsError(`${path}: cannot be written: ${error.message}`)
  }
  return changed
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SettingsError(`${path}: cannot be read: ${(error as Error).message}`)
  }
}

function parsed(path: string, text: string): NewsSettings {
  const { json, wrong } = jsonOf(text)
  if (wrong !== undefined) {
    const words = jsonc.printParseErrorCode(wrong.error).replaceAll(/(?<!^)[A-Z]/g, (letter) => ` ${letter}`)
    throw new SettingsError(`${path}:${lineAt(text, wrong.offset)}: is not valid JSON: ${words.toLowerCase()}`)
  }
  const { success, output, issues } = v.safeParse(newsSettings, json)
  if (success) return output
  const [issue] = issues
  const keys = (issue.path ?? []).map(({ key }) => key as string | number)
  const line = lineAt(text, offsetOf(text, keys))
  throw new SettingsError(`${path}:${line}: ${keys.length === 0 ? '' : `${keys.join('.')}: `}${issue.message}`)
}

/** Value of a text with comments and trailing commas; undefined with its first error if it has one. */
function jsonOf(text: string): { readonly json?: unknown; readonly wrong?: jsonc.ParseError } {
  const errors: jsonc.ParseError[] = []
  const json: unknown = jsonc.parse(text, errors, { allowTrailingComma: true })
  const [wrong] = errors
  return wrong === undefined ? { json } : { wrong }
}

/** Offset of a value, or of the innermost one around it that exists. */
function offsetOf(text: string, keys: readonly (string | number)[]): number {
  const root = jsonc.parseTree(text)
  for (let length = keys.length; root !== undefined && length > 0; length--) {
    const found = jsonc.findNodeAtLocation(root, keys.slice(0, length))
    if (found !== undefined) return found.offset
  }
  return root?.offset ?? 0
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/** Text with edited sources. Where its form allows no edit in place, the whole text is written anew. */
function edited(text: string, sources: NewsSettings['sources'], edits: readonly SourceEdit[]): string {
  const wanted = jsonOf(text).json as NewsSettings
  const all: (SourceSetting | undefined)[] = [...wanted.sources]
  for (const { at = all.length, to } of edits) all[at] = to
  const goal = { ...wanted, sources: all.filter((source) => source !== undefined) }
  const after = editedInPlace(text, sources, edits)
  return isDeepStrictEqual(jsonOf(after).json, goal) ? after : `${JSON.stringify(goal, undefined, 2)}\n`
}

function editedInPlace(text: string, sources: NewsSettings['sources'], edits: readonly SourceEdit[]): string {
  const [, indent = '  '] = /^([ \t]+)\S/m.exec(text) ?? []
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const lines = { insertSpaces: !indent.startsWith('\t'), tabSize: indent.length, eol }
  let result = text
  /** Formats the lines around the change only if there are several, because that changes these too. */
  const put = (place: jsonc.JSONPath, value: unknown, isFormatted: boolean, isArrayInsertion = false): void => {
    const options = { isArrayInsertion, ...(isFormatted ? { formattingOptions: lines } : undefined) }
    result = jsonc.applyEdits(result, jsonc.modify(result, ['sources', ...place], value, options))
  }
  // From the last to the first, so that indices stay right.
  for (const { at, to } of edits.toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0))) {
    if (at === undefined) continue
    const before: Readonly<Record<string, unknown>> = sources[at]!
    const after: Readonly<Record<string, unknown>> | undefined = to
    if (after === undefined) result = withoutSource(result, at)
    else
      for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
        if (!isDeepStrictEqual(before[name], after[name]))
          put([at, name], after[name], before[name] === undefined && isOnLines(result, at))
  }
  const added = edits.filter(({ at }) => at === undefined).map(({ to }) => to)
  if (added.length === 0) return result
  // All at once, because each edit parses the whole text.
  const marker = randomUUID()
  put([-1], marker, true, true)
  const [before = '', after = ''] = result.split(`"${marker}"`)
  const margin = before.slice(before.search(/(?<![ \t])[ \t]*$/))
  const texts = added.map((one) => JSON.stringify(one, undefined, indent).replaceAll('\n', `${eol}${margin}`))
  return `${before}${texts.join(`,${eol}${margin}`)}${after}`
}

/** Text without a source, its comma, and its line if nothing else is there. */
function withoutSource(text: string, at: number): string {
  const [own, before] = [nodeAt(text, at), nodeAt(text, at - 1)]
  if (own === undefined) return text
  const start = own.offset
  let end = start + own.length
  const after = commaAfter(text, end)
  if (after !== undefined) end = after + 1
  const line = /(?:\r?\n|^)[ \t]*$/.exec(text.slice(0, start))?.[0].length ?? 0
  const isAlone = /^[ \t]*\r?\n/.test(text.slice(end))
  const rest = text.slice(0, isAlone ? start - line : start) + text.slice(end)
  const comma =
    after === undefined && before !== undefined ? commaAfter(text, before.offset + before.length) : undefined
  return comma === undefined ? rest : rest.slice(0, comma) + rest.slice(comma + 1)
}

/** Offset of the comma that follows, after any comments. */
function commaAfter(text: string, offset: number): number | undefined {
  const scanner = jsonc.createScanner(text, true)
  scanner.setPosition(offset)
  scanner.scan()
  const at = scanner.getTokenOffset()
  return text[at] === ',' ? at : undefined
}

function nodeAt(text: string, at: number): jsonc.Node | undefined {
  const root = jsonc.parseTree(text)
  return root === undefined || at < 0 ? undefined : jsonc.findNodeAtLocation(root, ['sources', at])
}

/** Returns true if the settings of a source take several lines. */
function isOnLines(text: string, at: number): boolean {
  const found = nodeAt(text, at)
  return found !== undefined && text.slice(found.offset, found.offset + found.length).includes('\n')
}
