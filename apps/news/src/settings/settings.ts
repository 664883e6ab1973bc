import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SettingsError } from 'sluice'
import * as v from 'valibot'

const url = v.pipe(
  v.string(),
  v.check((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'expected an http or https URL'),
)
const text = v.pipe(v.string(), v.nonEmpty('expected some text'))
const count = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most))

const sourceSetting = v.variant('type', [
  v.strictObject({
    type: v.literal('newsapi'),
    country: v.optional(text),
    category: v.optional(text),
    pages: v.optional(count(5)),
    baseUrl: v.optional(url),
  }),
  v.strictObject({
    type: v.literal('guardian'),
    section: v.optional(text),
    query: v.optional(text),
    pageSize: v.optional(count(200)),
    baseUrl: v.optional(url),
  }),
  v.strictObject({
    type: v.literal('hackernews'),
    list: v.optional(v.picklist(['top', 'new', 'best'])),
    count: v.optional(count(500)),
    baseUrl: v.optional(url),
  }),
  v.strictObject({ type: v.literal('feed'), url, title: v.optional(text), folder: v.optional(text) }),
])

/** The schema of the settings file. */
const newsSettings = v.strictObject({ sources: v.array(sourceSetting) })

/** One source as a person names it. Keys are never in it: they come from the environment. */
export type SourceSetting = v.InferOutput<typeof sourceSetting>

/** Settings of a reader. */
export type NewsSettings = v.InferOutput<typeof newsSettings>

/** Settings of a new reader. */
export const firstSettings: NewsSettings = {
  sources: [{ type: 'hackernews' }, { type: 'guardian' }, { type: 'newsapi', country: 'us' }],
}

/** Reads the settings file; without one, the settings of a new reader. @throws SettingsError that names the file and the place. */
export async function loadSettings(path: string): Promise<NewsSettings> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return firstSettings
    throw new SettingsError(`${path}: cannot be read: ${(error as Error).message}`)
  }
  return parsed(path, text)
}

/** Writes the file whole or not at all. @throws SettingsError if it cannot be written; then the old one is as it was. */
export async function saveSettings(path: string, settings: NewsSettings): Promise<void> {
  const own = `${path}.${randomUUID()}.part`
  try {
    await mkdir(dirname(path), { recursive: true })
    const file = await open(own, 'wx')
    try {
      await file.writeFile(`${JSON.stringify(settings, undefined, 2)}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(own, path)
  } catch (error) {
    await rm(own, { force: true }).catch(() => {})
    throw new SettingsError(`${path}: cannot be written: ${(error as Error).message}`)
  }
}

function parsed(path: string, text: string): NewsSettings {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new SettingsError(`${path}: is not valid JSON: ${(error as Error).message}`)
  }
  const { success, output, issues } = v.safeParse(newsSettings, json)
  if (success) return output
  const [{ message }] = issues
  const place = v.getDotPath(issues[0])
  throw new SettingsError(`${path}: ${place === null ? '' : `${place}: `}${message}`)
}
