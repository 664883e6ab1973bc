import { readFile } from 'node:fs/promises'
import { Command, CommanderError, InvalidArgumentError, Option, type OptionValues } from 'commander'
import { parseDuration, SettingsError } from 'sluice'
import { systemClock } from 'sluice/internal'
import type { FeedSetting } from '../settings/settings.ts'
import { changeSettings, loadSettings } from '../settings/settings-file.ts'
import { feedAddress, feedsIn, indicesOf, newFeeds, opmlOf } from '../sources/opml.ts'
import type { StoryFilter } from '../store/news-store.ts'
import { openReader, placesIn, type Reader, type ReaderOptions } from './reader.ts'
import { cleanText, storyLines, storyText } from './story-text.ts'
import { type BenchFlags, benchSources, fetchNews, type NewsIo, type ServeFlags, serveReader } from './verbs.ts'

/**
 * Runs `news` with these arguments and resolves to its exit code: 0 success, 2 usage or settings, 3 sources failed, 6
 * unreachable. Never ends the process.
 */
export async function newsCommand(args: readonly string[], io: NewsIo): Promise<number> {
  const { stdout, stderr, env } = io
  let exitCode = 0
  const program = new Command('news')
    .description(
      'Read news from many sources in one list. Sources are fetched concurrently, each within its own limits.',
    )
    .option(
      '--data <folder>',
      'folder for the list of sources and the database (environment: NEWS_DATA)',
      env.NEWS_DATA,
    )
    // Not a default value of the option: the help would show the password in it.
    .option(
      '--store <address>',
      'database instead of the one in the folder: postgres://… or an SQLite file (environment: NEWS_STORE)',
    )
    .option('--allow-private', 'let feeds with a public address lead to private ones')
    .option('--simulated', 'use made-up news of the built-in practice API: no key, no network')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) })
    .exitOverride()

  const settingsPath = (): string => placesIn(program.opts<GlobalFlags>().data, env).settings

  /** Wraps a verb that uses a reader and returns its exit code. */
  const verb = <Flags extends OptionValues>(
    usage: string,
    description: string,
    run: (reader: Reader, flags: Flags, argument: string) => Promise<number>,
  ): Command => {
    const command = program.command(usage).description(description)
    return command.action(async (...given: unknown[]) => {
      const flags = command.opts<Flags>()
      // Half of the deadline at most, so that `fetch` can still report a lost database in time.
      const reconnectTimeout = flags.deadline === undefined ? undefined : Math.min(60_000, Number(flags.deadline) / 2)
      await using reader = await openReader({ ...program.opts<GlobalFlags>(), env, reconnectTimeout })
      exitCode = await run(reader, flags, String(given[0] ?? ''))
    })
  }

  verb<{ readonly force?: boolean; readonly deadline: number; readonly strict?: boolean }>(
    'fetch',
    'fetch all sources that are due, concurrently',
    (reader, flags) => fetchNews(reader, flags, stderr),
  )
    .option('--force', 'fetch sources that are not due yet, too')
    .addOption(timeOption('--deadline <time>', 'time for all sources together', '30s'))
    .option('--strict', 'exit with 3 if any source failed; without it, only if all did')

  verb<ListFlags>('list', 'list stories, newest first', async (reader, flags) => {
    if (!reader.isKept) await fetchNews(reader, { deadline: 30_000 }, stderr)
    const stories = await reader.store.stories(filterOf(flags), { limit: flags.number })
    if (flags.json) for (const story of stories) stdout.write(`${JSON.stringify(story)}\n`)
    else {
      const isStyled = stdout.isTTY === true && !env.NO_COLOR
      stdout.write(storyLines(stories, { now: systemClock.wallTime(), titles: reader.titles, isStyled }))
    }
    return 0
  })
    .option('-n, --number <count>', 'number of stories, at most 500', count, 30)
    .option('--unread', 'only unread stories')
    .option('--starred', 'only starred stories')
    .option('--source <key>', 'only stories of this source')
    .option('--search <words>', 'only stories with all of these words; also "a phrase", -without, this OR that')
    .option('--json', 'print one JSON object per line')

  verb('read <story>', 'show one story with all its sources, and mark it as read', async ({ store, titles }, _, id) => {
    const story = /^\d{1,15}$/.test(id) ? await store.story(Number(id)) : undefined
    if (story === undefined) throw new SettingsError(`there is no story ${id}; news list shows the numbers`)
    stdout.write(storyText(story, titles))
    await store.mark([story.id], { isRead: true })
    return 0
  })

  verb<ServeFlags>('serve', 'serve the reader as a web page on this machine', (reader, flags) =>
    serveReader(reader, flags, io),
  )
    .option('--port <number>', 'port; 0 picks a free one', port, 8642)
    .addOption(timeOption('--every <time>', 'interval between checks for due sources', '15min'))
    .option(
      '--proxy-images',
      'fetch images of articles through this server, so that their hosts do not see the browser',
    )

  verb<BenchFlags>('bench', 'compare fetching the sources sequentially and concurrently', (reader, flags) =>
    benchSources(reader, flags, stdout),
  )
    .option('--rounds <count>', 'number of rounds; each measures both ways', count, 3)
    .option('--json', 'print the table as JSON')

  const sources = program.command('sources').description('list, add and remove sources')
  const settingsVerb = (
    usage: string,
    description: string,
    run: (path: string, argument: string) => Promise<void>,
  ): void => {
    sources
      .command(usage, usage === 'list' ? { isDefault: true } : {})
      .description(description)
      .action(async (argument: unknown) => {
        await run(settingsPath(), String(argument ?? ''))
      })
  }
  settingsVerb('list', 'list all sources and their state', async () => {
    await using reader = await openReader({ ...program.opts<GlobalFlags>(), env })
    const health = new Map((await reader.store.health()).map((one) => [one.source, one]))
    for (const { key, title } of reader.sources) {
      const { state = 'new', message = '' } = health.get(key) ?? {}
      const address = URL.canParse(key) ? ` (${key})` : ''
      stdout.write(`${cleanText([`${title}${address}`, state, message].filter(Boolean).join(': '))}\n`)
    }
    for (const { title, why } of reader.off) stdout.write(`${title}: ${why}\n`)
  })
  settingsVerb('add <url>', 'add a feed: RSS, Atom, RDF or JSON', async (path, url) => {
    const address = feedAddress(url)
    if (address === undefined) throw new SettingsError(`${url}: expected an http or https URL`)
    const added = await addFeeds(path, [{ type: 'feed', url: address }])
    stderr.write(added > 0 ? `added; news fetch reads it\n` : 'it is already listed\n')
  })
  settingsVerb('remove <url>', 'remove a feed; its stories stay until they expire', async (path, url) => {
    const address = feedAddress(url)
    await changeSettings(path, (settings) => {
      const found = address === undefined ? [] : indicesOf(settings, address)
      if (found.length === 0) throw new SettingsError(`${url} is not among the feeds; news sources lists them`)
      return found.map((at) => ({ at }))
    })
  })

  const opml = program.command('opml').description('exchange feeds with other readers')
  opml
    .command('import <file>')
    .description('add all feeds of an OPML file')
    .action(async (file: string) => {
      const path = settingsPath()
      const bytes = await readFile(file).catch((error: Error) => {
        throw new SettingsError(`${file}: cannot be read: ${error.message}`)
      })
      const feeds = feedsIn(bytes, file)
      const added = await addFeeds(path, feeds)
      stderr.write(`${added} of ${feeds.length} feeds are new\n`)
    })
  opml
    .command('export')
    .description('print all feeds as OPML')
    .action(async () => {
      stdout.write(opmlOf(await loadSettings(settingsPath())))
    })

  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    // Commander has printed its message already.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof Error)) throw error
    stderr.write(`error: ${cleanText(error.message)}\n`)
    return 2
  }
}

/** Adds the feeds that the settings do not contain yet, and counts them. */
async function addFeeds(path: string, feeds: readonly FeedSetting[]): Promise<number> {
  let added: readonly FeedSetting[] = []
  await changeSettings(path, (settings) => {
    added = newFeeds(settings, feeds)
    return added.map((to) => ({ to }))
  })
  return added.length
}

type GlobalFlags = Pick<ReaderOptions, 'data' | 'store' | 'simulated' | 'allowPrivate'>

interface ListFlags {
  readonly number: number
  readonly unread?: boolean
  readonly starred?: boolean
  readonly source?: string
  readonly search?: string
  readonly json?: boolean
}

function filterOf({ unread, starred, source, search }: ListFlags): StoryFilter {
  return {
    ...(unread === true ? { isRead: false } : undefined),
    ...(starred === true ? { isStarred: true } : undefined),
    ...(source === undefined ? undefined : { sources: [source] }),
    ...(search === undefined ? undefined : { search }),
  }
}

function timeOption(flag: string, help: string, usual: string): Option {
  return new Option(flag, help).argParser(duration).default(parseDuration('', usual), usual)
}

function duration(text: string): number {
  try {
    return parseDuration('', text)
  } catch {
    throw new InvalidArgumentError('Expected a duration such as 30s or 15m.')
  }
}

function count(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= 500) return Number(text)
  throw new InvalidArgumentError('Expected a whole number from 1 to 500.')
}

function port(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new InvalidArgumentError('Expected a port from 0 to 65535.')
}
