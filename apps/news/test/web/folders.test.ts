import { describe, expect, it } from 'vitest'
import { attribute, type ParsedPage, textOf, within } from '../../../../test/pages/parsed-page.ts'
import { foldersOf } from '../../src/web/folders.ts'
import { sampleSources } from './sample-news.ts'
import { visitor } from './visitor.ts'

const sources = [
  { ...sampleSources[0]!, folder: 'World' },
  { ...sampleSources[1]!, folder: 'Tech/<b>Code' },
  { ...sampleSources[2]!, folder: 'World' },
  { key: 'https://blog.example/feed.xml', title: 'Blog', folder: 'Tech' },
]
const linksOf = (page: ParsedPage): string[] =>
  within(page.all('nav').find((nav) => attribute(nav, 'aria-label') === 'Folders')!, 'a').map((link) =>
    [attribute(link, 'href'), textOf(link), attribute(link, 'aria-current')].filter(Boolean).join(' | '),
  )
const idsOf = (page: ParsedPage): string[] =>
  page.all('article').map((element) => attribute(element, 'id')!.replace('story-', ''))

describe('folders of sources', () => {
  it('are listed with their unread stories, and lead to them', async () => {
    const reader = visitor({ sources })
    const tech = ['Tech', 'Tech%2F%3Cb%3ECode']
    expect(linksOf(await reader.page('/'))).toEqual([
      `/?folder=${tech[0]} | Tech 3 unread`,
      `/?folder=${tech[1]} | Tech/<b>Code 2 unread`,
      '/?folder=World | World 4 unread',
    ])
    const inner = await reader.page(`/?folder=${tech[1]}&state=unread`)
    expect(linksOf(inner)[1]).toBe(`/?folder=${tech[1]}&state=unread | Tech/<b>Code 2 unread | page`)
    expect(inner.all('h1').map(textOf)).toEqual(['Unread stories in Tech/<b>Code'])
    expect(idsOf(inner)).toEqual(['1', '2'])
    expect(idsOf(await reader.page('/?folder=Tech'))).toEqual(['1', '2', '6', '7'])
    expect(idsOf(await reader.page('/?folder=Tech&source=hn&source=guardian'))).toEqual(['1', '2', '7'])
    expect(idsOf(await reader.page('/?folder=Nowhere'))).toEqual([])
    const feed = await reader.get('/feed.json?folder=Tech')
    expect(((await feed.json()) as { items: unknown[] }).items).toHaveLength(4)
  })

  it('are kept by the search, the page of a story, and what marks a list', async () => {
    const reader = visitor({ sources })
    const page = await reader.page('/?folder=Tech&q=a')
    const kept = page.all('input').filter((input) => attribute(input, 'name') === 'folder')
    expect(kept.map((input) => attribute(input, 'value'))).toEqual(['Tech'])
    expect(page.all('a').map((link) => attribute(link, 'href'))).toContain('/story/1?folder=Tech&q=a')
    const story = await reader.page('/story/2?folder=Tech')
    const beside = within(story.all('nav').find((nav) => attribute(nav, 'class') === 'beside')!, 'a')
    expect(beside.map((link) => attribute(link, 'href'))).toEqual([
      '/story/1?folder=Tech',
      '/?folder=Tech',
      '/story/6?folder=Tech',
    ])
    await reader.post('/stories/mark-all-read', { back: '/?folder=Tech', upto: '9999999999999' })
    expect((await reader.store.stories({ isRead: false })).map(({ id }) => id)).toEqual([4, 5])
    expect(linksOf(await reader.page('/'))).toEqual([
      '/?folder=Tech | Tech',
      '/?folder=Tech%2F%3Cb%3ECode | Tech/<b>Code',
      '/?folder=World | World 2 unread',
    ])
  })

  it('are left out where no source is in one', async () => {
    const page = await visitor().page('/')
    expect(page.all('nav').map((nav) => attribute(nav, 'aria-label'))).toEqual(['Lists'])
  })

  it.each<readonly [string | undefined, readonly string[]]>([
    [undefined, []],
    ['', []],
    [' / // ', []],
    ['/a/', ['a']],
    ['a/b/c', ['a', 'a/b', 'a/b/c']],
    [`a/${'x'.repeat(300)}`, ['a']],
    ['a\u0000\u202e/\nb', ['a\ufffd', 'a\ufffd/b']],
  ])('are made of %j', (folder, names) => {
    expect(foldersOf([{ key: 'k', title: 't', folder }]).map(({ name }) => name)).toEqual(names)
  })
})
