import { describe, expect, it } from 'vitest'
import {
  attribute,
  type PageElement,
  type ParsedPage,
  parsePage,
  textOf,
  within,
} from '../../../../test/pages/parsed-page.ts'
import { manyStories } from './sample-news.ts'
import { smallStore } from './small-store.ts'
import { visitor } from './visitor.ts'

const storiesOf = (page: ParsedPage): readonly PageElement[] =>
  page.all('article').filter((element) => attribute(element, 'class') === 'story')
const titlesOf = (page: ParsedPage): string[] => storiesOf(page).map((story) => textOf(within(story, 'h2')[0]))
const chipsOf = (story: PageElement): PageElement[] =>
  within(story, 'a').filter((link) => attribute(link, 'class') === 'chip')
const linksOf = (page: ParsedPage): string[] => page.all('a').map((link) => attribute(link, 'href')!)
const idsOf = (page: ParsedPage): string[] => storiesOf(page).map((story) => attribute(story, 'id')!)

describe('the list', () => {
  it('lists stories by time, and says in words which are unread and starred', async () => {
    const page = await visitor().page('/')
    expect(page.problems).toEqual([])
    expect(titlesOf(page)).toEqual([
      'Unread: Chip makers agree on a plug that fits both ways, and in all devices',
      'Unread: Starred: Show: a database that fits into a single file and a single afternoon',
      'Parliament votes on the new railway after eleven hours of debate',
      'Unread: Why the smallest orchestra of the country sells out every concert',
      'Unread: Ein Zug, der pünktlich war',
      'Unread: שלום עולם',
      'Starred: Show: a database that fits into a single file and a single afternoon',
    ])
  })

  it('shows every source of a story as a link to what it says itself', async () => {
    const page = await visitor().page('/')
    const chips = chipsOf(storiesOf(page)[5]!)
    expect(chips.map(textOf)).toEqual(['blog.example', 'The Guardian', 'NewsAPI'])
    expect(chips.map((chip) => attribute(chip, 'href'))).toEqual([
      'https://https-blog-example-feed-xml.example/1500?a=1&b=2',
      'https://guardian.example/1490?a=1&b=2',
      'https://newsapi.example/1480?a=1&b=2',
    ])
  })

  it('says how old each story is, and how many there are', async () => {
    const page = await visitor().page('/')
    expect(page.all('time').map(textOf)).toEqual([
      'in 5 min',
      'in 5 h',
      '5 min ago',
      '20 min ago',
      '55 min ago',
      '2 h ago',
      '5 h ago',
      '1 day ago',
      '6 Nov 2026',
    ])
    const counts = page.all('p').find((element) => attribute(element, 'id') === 'counts')
    expect(textOf(counts)).toBe('7 stories, 5 unread')
    expect(textOf(page.all('title')[0])).toBe('(5) Stories · News')
  })

  it('reports failing sources at the top, and no others', async () => {
    const page = await visitor().page('/')
    const lines = within(page.all('ul').find((list) => attribute(list, 'class') === 'troubles')!, 'li').map(textOf)
    expect(lines).toEqual([
      '✗ Hacker News: failing, 3 times in a row – 503 three times; next try in 5 min. Details of Hacker News',
      '‖ NewsAPI: rate limited – 429: quota used; next try in 5 h. Details of NewsAPI',
    ])
  })

  it.each([
    ['?source=guardian', [1, 4, 5, 6]],
    ['?source=hn&source=newsapi', [1, 2, 3, 6, 7]],
    ['?section=culture', [4]],
    ['?language=DE', [5]],
    ['?state=unread', [1, 2, 4, 5, 6]],
    ['?state=read', [3, 7]],
    ['?starred=1&state=unread', [2]],
    ['?q=railway', [3]],
    ['?limit=2', [1, 2]],
  ])('shows with %s only what was requested', async (query, ids) => {
    expect(idsOf(await visitor().page(`/${query}`))).toEqual(ids.map((id) => `story-${id}`))
  })

  it('keeps the filter in its form, its feeds, its pages and the way back of its forms', async () => {
    const store = smallStore(manyStories(120))
    const filter = 'source=guardian&section=world&language=en&state=unread&q=a&limit=30'
    const page = await visitor({ store }).page(`/?${filter}`)
    const fields = within(page.all('form').find((form) => attribute(form, 'role') === 'search')!, 'input')
    const values = Object.fromEntries(
      fields
        .filter((field) => attribute(field, 'type') !== 'checkbox' || attribute(field, 'checked') !== undefined)
        .map((field) => [attribute(field, 'name'), attribute(field, 'value')]),
    )
    expect(values).toEqual({ q: 'a', section: 'world', language: 'en', source: 'guardian', limit: '30' })
    const chosen = page.all('option').filter((option) => attribute(option, 'selected') !== undefined)
    expect(chosen.map(textOf)).toEqual(['unread only'])
    const feeds = page.all('link').filter((link) => attribute(link, 'rel') === 'alternate')
    expect(feeds.map((link) => attribute(link, 'href'))).toEqual(
      ['/feed.xml', '/atom.xml', '/feed.json'].map((path) => `${path}?${filter.replace('&limit=30', '')}&limit=30`),
    )
    const backs = page.all('input').filter((input) => attribute(input, 'name') === 'back')
    expect(new Set(backs.map((input) => attribute(input, 'value')))).toEqual(new Set([`/?${filter}`]))
    const older = page.all('a').find((link) => textOf(link) === 'Older stories')!
    expect(attribute(older, 'href')).toMatch(new RegExp(`^/\\?${filter.replace('?', '\\?')}&after=\\d+_30$`))
  })

  it('leads through all stories, each once, and back to the newest', async () => {
    const reader = visitor({ store: smallStore(manyStories(120)) })
    const seen: string[] = []
    let path: string | undefined = '/'
    while (path !== undefined) {
      const page = await reader.page(path)
      seen.push(...idsOf(page))
      const next = page.all('a').find((link) => textOf(link) === 'Older stories')
      if (path !== '/') expect(page.all('a').map(textOf)).toContain('Newest stories')
      path = next === undefined ? undefined : attribute(next, 'href')
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, index) => `story-${index + 1}`))
  })

  it.each(['"', '-', 'OR', '-"', 'é'])('answers a search of 10,000 characters, by its beginning: %s', async (piece) => {
    const reader = visitor()
    const q = `${piece} `.repeat(10_000).slice(0, 10_000)
    const answer = await reader.get(`/?${new URLSearchParams({ q })}`)
    const box = parsePage(await answer.text())
      .all('input')
      .find((input) => attribute(input, 'name') === 'q')
    expect([answer.status, attribute(box!, 'value')?.length]).toEqual([200, q.slice(0, 500).trim().length])
  })

  it('has an address without empty fields', async () => {
    const answer = await visitor().get('/?q=&section=&source=hn&state=')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/?source=hn'])
  })

  it.each([
    ['/', 'There are no stories yet. They appear after the first refresh. See the sources'],
    ['/?q=nothing', 'No stories match. Show everything'],
    ['/?after=5_5', 'There are no older stories.'],
  ])('says at %s why it is empty', async (path, words) => {
    const page = await visitor({ store: smallStore([]) }).page(path)
    expect(page.all('p').map(textOf)).toContain(words)
    expect(storiesOf(page)).toEqual([])
  })
})

describe('the page of a story', () => {
  it('shows the text of each source with its own link', async () => {
    const page = await visitor().page('/story/1')
    expect(page.all('h1').map(textOf)).toEqual([
      'Unread: Chip makers agree on a plug that fits both ways, and in all devices',
    ])
    expect(page.all('h2').map(textOf)).toEqual(['Covered by 2 sources', 'Keyboard shortcuts'])
    expect(page.all('h3').map(textOf)).toEqual(['The Guardian', 'Hacker News'])
    expect(linksOf(page)).toContain('https://hn.example/4?a=1&b=2')
  })

  it('leads to the stories beside it in the list that it was opened from, however they are marked', async () => {
    const reader = visitor()
    const waysOf = async (path: string): Promise<(string | undefined)[]> => {
      const page = await reader.page(path)
      const links = within(page.all('nav').find((nav) => attribute(nav, 'class') === 'beside')!, 'a')
      return links.map((link) =>
        [attribute(link, 'rel'), attribute(link, 'href'), textOf(link)].filter(Boolean).join(' '),
      )
    }
    const links = linksOf(await reader.page('/?source=guardian&state=unread&limit=1'))
    expect(links).toContain('/story/1?source=guardian&state=unread')
    await reader.store.mark([4], { isRead: true })
    const list = '/?source=guardian&state=unread Unread stories'
    expect(await waysOf('/story/4?source=guardian&state=unread')).toEqual([
      expect.stringMatching(/^prev \/story\/1\?source=guardian&state=unread ← Previous: Chip makers/),
      list,
      'next /story/5?source=guardian&state=unread Next: Ein Zug, der pünktlich war →',
    ])
    expect(await waysOf('/story/1?source=guardian&state=unread')).toEqual([
      list,
      expect.stringContaining('next /story/5?source=guardian&state=unread'),
    ])
    expect(await waysOf('/story/7')).toEqual([expect.stringContaining('prev /story/6 '), '/ Stories'])
    const page = await reader.page('/story/4?starred=1&after=5_5&limit=3')
    const backs = page.all('input').filter((input) => attribute(input, 'name') === 'back')
    expect(backs.map((input) => attribute(input, 'value'))).toEqual(['/story/4?starred=1'])
    const { headers } = await reader.post('/stories/mark', { id: '4', read: '0', back: '/story/4?starred=1' })
    expect(headers.get('location')).toBe('/story/4?starred=1')
  })

  it('is not found if the story does not exist', async () => {
    const reader = visitor()
    for (const path of ['/story/99', '/story/x', '/story/1e3', '/story/9999999999999999999'])
      expect((await reader.get(path)).status).toBe(404)
  })
})

describe('the page of the sources', () => {
  it('shows the state of each by sign and word, when it was fetched, and what happened', async () => {
    const page = await visitor().page('/sources')
    const rows = page.all('tr').map((row) => row.childNodes.map((cell) => textOf(cell)))
    expect(rows).toEqual([
      ['Source', 'State', 'Last try', 'Last success', 'Next try', 'Last result'],
      ['blog.example', '✓ working, nothing new', '1 min ago', '–', '–', '–'],
      [
        'Hacker News ↗Homepage of Hacker News',
        '✗ failing, 3 times in a row',
        '2 min ago',
        '3 h ago',
        'in 5 min',
        '503 three times',
      ],
      ['NewsAPI', '‖ rate limited', '30 min ago', '–', 'in 5 h', '429: quota used'],
      ['old', '– switched off', '–', '–', '–', '–'],
      ['The Guardian ↗Homepage of The Guardian', '✓ working', '4 min ago', '4 min ago', 'in 11 min', '40 new in 0.4 s'],
    ])
  })

  it('lists sources that were never fetched', async () => {
    const page = await visitor({ store: smallStore([]) }).page('/sources')
    expect(within(page.all('tbody')[0]!, 'tr').map(textOf)[1]).toContain('NewsAPI· not fetched yet')
  })
})

describe('every page', () => {
  it.each(['/', '/?q=railway', '/story/6', '/sources', '/nowhere'])(
    'has landmarks and one heading first: %s',
    async (path) => {
      const page = await visitor({ refresh: async () => {} }).page(path)
      expect(page.problems).toEqual([])
      for (const name of ['header', 'main', 'footer', 'h1']) expect(page.all(name)).toHaveLength(1)
      const order = page.elements.filter(({ tagName }) => /^h[1-6]$/.test(tagName)).map(({ tagName }) => tagName)
      expect(order[0]).toBe('h1')
      const ids = page.elements.map((element) => attribute(element, 'id')).filter((id) => id !== undefined)
      expect(new Set(ids).size).toBe(ids.length)
    },
  )

  it('has a button to refresh only where something can be refreshed', async () => {
    const buttons = async (page: Promise<ParsedPage>): Promise<string[]> => (await page).all('button').map(textOf)
    expect(await buttons(visitor({ refresh: async () => {} }).page('/sources'))).toContain('Refresh')
    expect(await buttons(visitor().page('/sources'))).not.toContain('Refresh')
    expect((await visitor().post('/refresh', {})).status).toBe(404)
  })
})
