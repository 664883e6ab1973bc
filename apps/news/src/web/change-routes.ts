import { randomUUID } from 'node:crypto'
import { cleanText, markup } from '@sluice/report/markup'
import { type Context, Hono } from 'hono'
import type { Article } from '../model/news.ts'
import { SourceError } from '../model/source.ts'
import type { StoryFilter } from '../store/news-store.ts'
import type { NewsParts } from './context.ts'
import { readForm } from './guard.ts'
import { counts } from './pages/list-page.ts'
import { articleName, storyItem } from './pages/story-page.ts'
import { BadRequest, filterOf, readWayBack, type WayBack } from './query.ts'

const maxMarks = 500
/** Maximum number of stories that one undo can restore. */
const maxUndone = 5_000

/** Routes that change data. Each redirects to the page that the form came from. */
export function changeRoutes({
  options: { store, fullText },
  refreshing,
  token,
  marked: atOnce,
  context,
}: NewsParts): Hono {
  const app = new Hono()

  app.post('/stories/separate', async (c) => {
    const { id, article } = await readArticle(await readForm(c, token))
    const own = await store.separate(id, article.source, article.sourceId)
    return c.redirect(`/story/${own ?? id}`, 303)
  })

  if (fullText !== undefined) {
    app.post('/stories/full-text', async (c) => {
      const form = await readForm(c, token)
      const { article } = await readArticle(form)
      const back = readWayBack(form.get('back'))
      try {
        await store.setFullText(article.source, article.sourceId, await fullText(article.source, article.url))
      } catch (error) {
        if (!(error instanceof SourceError)) throw error
        throw new BadRequest(`The full text could not be fetched: ${cleanText(error.message, 300)}.`)
      }
      return c.redirect(back.link, 303)
    })
  }

  /** Finds the article of a story that a form names. @throws BadRequest */
  async function readArticle(form: URLSearchParams): Promise<{ readonly id: number; readonly article: Article }> {
    const id = Number(/^\d{1,15}$/.exec(form.get('id') ?? '')?.[0] ?? Number.NaN)
    const story = Number.isNaN(id) ? undefined : await store.story(id)
    const article = story?.articles.find((one) => articleName(one) === form.get('article'))
    if (article === undefined) throw new BadRequest('The form does not name an article of this story.')
    return { id, article }
  }

  app.post('/stories/mark', async (c) => {
    const form = await readForm(c, token)
    const ids = readIds(form)
    const marks = readMarks(form)
    const back = readWayBack(form.get('back'))
    await store.mark(ids, marks)
    if (c.req.header('prefer') === 'return=representation') return await marked(c, ids, back)
    return c.redirect(ids.length === 1 && back.story === undefined ? `${back.link}#story-${ids[0]}` : back.link, 303)
  })

  app.post('/stories/mark-all-read', async (c) => {
    const form = await readForm(c, token)
    const instant = (name: string): number => Number(/^-?\d{1,16}$/.exec(form.get(name) ?? '')?.[0] ?? Number.NaN)
    const upTo = instant('upto')
    // Stories stored after the page was rendered were not on it, whatever their publication time.
    const seen = instant('seen')
    if (!Number.isSafeInteger(upTo)) throw new BadRequest('The form does not say up to which time stories are marked.')
    const back = readWayBack(form.get('back'))
    const addedBy = Number.isSafeInteger(seen) ? seen : undefined
    const filter = filterOf(back.query, (await context()).sources)
    const ids = await unread(filter, upTo, addedBy)
    await store.markAllRead(filter, upTo, addedBy)
    atOnce.last = ids === undefined || ids.length === 0 ? undefined : { name: randomUUID(), ids }
    return c.redirect(back.link, 303)
  })

  app.post('/stories/undo', async (c) => {
    const form = await readForm(c, token)
    const back = readWayBack(form.get('back'))
    const { last } = atOnce
    if (last === undefined || last.name !== form.get('name'))
      throw new BadRequest('Other stories were marked since then, so this can no longer be undone.')
    await store.mark(last.ids, { isRead: false })
    atOnce.last = undefined
    return c.redirect(back.link, 303)
  })

  /** IDs of the unread stories of a list up to two instants; undefined if there are too many to undo. */
  async function unread(
    filter: StoryFilter,
    upTo: number,
    addedBy = Number.MAX_SAFE_INTEGER,
  ): Promise<number[] | undefined> {
    const ids: number[] = []
    let after: { readonly publishedAt: number; readonly id: number } | undefined
    while (ids.length <= maxUndone) {
      const page = await store.stories({ ...filter, isRead: false, before: upTo + 1 }, { limit: 500, after })
      ids.push(...page.filter((story) => story.addedAt <= addedBy).map(({ id }) => id))
      after = page.at(-1)
      if (page.length < 500) return ids
    }
    return undefined
  }

  if (refreshing !== undefined) {
    app.post('/refresh', async (c) => {
      const form = await readForm(c, token)
      const back = readWayBack(form.get('back'))
      await refreshing.start()
      return c.redirect(back.link, 303)
    })
  }

  /** Response with the changed stories, which the script swaps into the page. */
  async function marked(c: Context, ids: readonly number[], back: WayBack): Promise<Response> {
    const shown = await context()
    const [stories, count] = await Promise.all([
      Promise.all(ids.map(async (id) => await store.story(id))),
      store.count(filterOf(back.query, shown.sources)),
    ])
    const items = stories.filter((story) => story !== undefined).map((story) => storyItem(shown, story, back))
    return await c.html(markup`<!DOCTYPE html><title>Marked</title>${items}${counts(count)}`)
  }

  return app
}

function readIds(form: URLSearchParams): number[] {
  const texts = form.getAll('id')
  if (texts.length === 0 || texts.length > maxMarks || !texts.every((text) => /^\d{1,15}$/.test(text)))
    throw new BadRequest(`Between 1 and ${maxMarks} stories can be marked at once, each by its number.`)
  return [...new Set(texts.map(Number))]
}

function readMarks(form: URLSearchParams): { readonly isRead?: boolean; readonly isStarred?: boolean } {
  const [read, starred] = [form.get('read'), form.get('starred')]
  for (const value of [read, starred])
    if (value !== null && value !== '0' && value !== '1') throw new BadRequest('A mark must be 0 or 1.')
  if (read === null && starred === null) throw new BadRequest('The form contains no marks.')
  return { ...(read !== null && { isRead: read === '1' }), ...(starred !== null && { isStarred: starred === '1' }) }
}
