import { createHmac } from 'node:crypto'
import { cleanText } from '@sluice/report/markup'
import { type Context, Hono } from 'hono'
import { SettingsError } from 'sluice'
import { SourceError } from '../model/source.ts'
import { dropSecret, keepSecret } from '../settings/secret-files.ts'
import type { FeedSetting, NewsSettings } from '../settings/settings.ts'
import { changeSettings, loadSettings } from '../settings/settings-file.ts'
import { feedKey } from '../sources/feed.ts'
import { newFeeds, typedAddress } from '../sources/opml.ts'
import { type FeedEditor, type NewsParts, sourceName } from './context.ts'
import { feedTexts, submittedCredentials, submittedSetting, submittedTexts } from './feed-form.ts'
import { readForm } from './guard.ts'
import { editPage } from './pages/edit-page.ts'
import { foundPage, sourcesPage } from './pages/sources-page.ts'
import { BadRequest } from './query.ts'

/** Maximum number of feeds added at once. */
const maxAdded = 20

/** Routes of the sources: their state, and forms that add, change and remove feeds. */
export function sourceRoutes({ options: { feeds }, token, context }: NewsParts): Hono {
  const app = new Hono()
  app.get('/sources', async ({ html }) => html(sourcesPage(await context())))
  if (feeds === undefined) return app

  app.post('/sources/find', async (c) => {
    const form = await readForm(c, token)
    const typed = (form.get('address') ?? '').slice(0, 2_000)
    const folder = folderOf(form)
    const address = typedAddress(typed)
    try {
      if (address === undefined) throw new SourceError('expected the address of a site or of a feed')
      const found = await feeds.find(address)
      if (found.length === 1) return await added(c, feeds, [found[0]!.url], folder)
      return c.html(foundPage(await context(), { found, typed, folder }))
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      const problem = `Not added: ${cleanText(error.message, 300)}.`
      return c.html(sourcesPage(await context(), { typed, folder, problem }), 400)
    }
  })

  app.post('/sources/add', async (c) => {
    const form = await readForm(c, token)
    const urls = form.getAll('url')
    if (urls.length === 0 || urls.length > maxAdded || urls.some((url) => feedKey(url) === undefined))
      throw new BadRequest(`Choose between 1 and ${maxAdded} feeds.`)
    return await added(c, feeds, urls, folderOf(form))
  })

  app.get('/sources/:name{[\\w-]{22}}', async (c) => {
    const setting = feedNamed(await loadSettings(feeds.path), c.req.param('name'))?.setting
    if (setting === undefined) return c.notFound()
    return c.html(editPage(await context(), { setting, version: versionOf(setting), texts: feedTexts(setting) }))
  })

  app.post('/sources/:name{[\\w-]{22}}', async (c) => {
    const form = await readForm(c, token)
    const name = c.req.param('name')
    const dropped: string[] = []
    let stored: string | undefined
    try {
      const credentials = submittedCredentials(form)
      if (typeof credentials === 'object') stored = await keepSecret(feeds.path, credentials.secret)
      await changeSettings(feeds.path, (settings) => {
        const { setting, at } = found(settings, name)
        if (form.get('version') !== versionOf(setting)) throw new Conflict()
        const { auth, ...others } = submittedSetting(form, setting)
        if (credentials !== 'keep' && auth !== undefined) dropped.push(auth)
        const wanted = typeof credentials === 'object' ? `${credentials.kind}:${stored}` : undefined
        const kept = credentials === 'keep' ? auth : wanted
        const to: FeedSetting = { ...others, ...(kept === undefined ? undefined : { auth: kept }) }
        if (feedKey(to.url) !== feedKey(setting.url) && newFeeds(settings, [to]).length === 0)
          throw new SettingsError('Address: another feed has this address')
        return [{ at, to }]
      })
    } catch (error) {
      if (stored !== undefined) await dropSecret(feeds.path, stored)
      if (!(error instanceof SettingsError || error instanceof Conflict)) throw error
      const { setting } = found(await loadSettings(feeds.path), name)
      const isConflict = error instanceof Conflict
      const problem = isConflict
        ? 'sources.json has changed since this page was loaded. Check the values marked below and save again to keep yours.'
        : `Not saved: ${cleanText(error.message, 300)}.`
      const texts = submittedTexts(form)
      const parts = { setting, version: versionOf(setting), texts, form, problem, isConflict }
      return c.html(editPage(await context(), parts), isConflict ? 409 : 400)
    }
    for (const one of dropped) await dropSecret(feeds.path, one)
    await feeds.onChange()
    return c.redirect('/sources', 303)
  })

  app.post('/sources/:name{[\\w-]{22}}/remove', async (c) => {
    const form = await readForm(c, token)
    let removed: FeedSetting | undefined
    await changeSettings(feeds.path, (settings) => {
      const { setting, at } = found(settings, c.req.param('name'))
      if (form.get('version') !== versionOf(setting))
        throw new BadRequest(
          'sources.json has changed since this page was loaded. Open the page of the feed again.',
          409,
        )
      removed = setting
      return [{ at }]
    })
    if (removed?.auth !== undefined) await dropSecret(feeds.path, removed.auth)
    await feeds.onChange()
    return c.redirect('/sources', 303)
  })

  /** Hash of the settings of a feed; made with the token, because they may contain secrets. */
  function versionOf(setting: FeedSetting): string {
    return createHmac('sha256', token)
      .update(`version ${JSON.stringify(setting)}`)
      .digest('base64url')
  }

  return app
}

/** Thrown if the settings of a feed have changed since its form was shown. */
class Conflict extends Error {}

async function added(c: Context, feeds: FeedEditor, urls: readonly string[], folder: string): Promise<Response> {
  await changeSettings(feeds.path, (settings) => {
    const given = urls.map((url): FeedSetting => ({ type: 'feed', url, ...(folder === '' ? undefined : { folder }) }))
    return newFeeds(settings, given).map((to) => ({ to }))
  })
  await feeds.onChange()
  return c.redirect(`/sources#source-${sourceName(feedKey(urls[0]!)!)}`, 303)
}

function folderOf(form: URLSearchParams): string {
  return cleanText(form.get('folder') ?? '', 200)
}

/** A feed of the settings by the hash of its key. */
function feedNamed(
  { sources }: NewsSettings,
  name: string,
): { readonly setting: FeedSetting; readonly at: number } | undefined {
  for (const [at, setting] of sources.entries())
    if (setting.type === 'feed' && sourceName(feedKey(setting.url) ?? '') === name) return { setting, at }
  return undefined
}

/** @throws BadRequest if the settings do not contain the feed */
function found(settings: NewsSettings, name: string): { readonly setting: FeedSetting; readonly at: number } {
  const known = feedNamed(settings, name)
  if (known === undefined) throw new BadRequest('This feed is no longer in sources.json.', 409)
  return known
}
