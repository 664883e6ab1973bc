import { describe, expect, it } from 'vitest'
import { attribute, parsePage, textOf } from '../../../../test/pages/parsed-page.ts'
import { articleName } from '../../src/web/pages/story-page.ts'
import { noon } from './sample-news.ts'
import { type Visitor, visitor } from './visitor.ts'

const unreadOf = async ({ store }: Visitor): Promise<number[]> =>
  (await store.stories({ isRead: false })).map(({ id }) => id)
const wordsOf = async (reader: Visitor): Promise<string> => textOf((await reader.page('/')).all('main')[0])

describe('marking', () => {
  it('marks and stars stories, and redirects to the page they were on', async () => {
    const reader = visitor()
    const answer = await reader.post('/stories/mark', { id: '4', read: '1', back: '/?state=unread' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/?state=unread#story-4'])
    expect(await unreadOf(reader)).toEqual([1, 2, 5, 6])
    await reader.post('/stories/mark', { id: ['1', '3'], read: '0', starred: '1', back: '/' })
    expect(await unreadOf(reader)).toEqual([1, 2, 3, 5, 6])
    expect((await reader.store.stories({ isStarred: true })).map(({ id }) => id)).toEqual([1, 2, 3, 7])
  })

  it('returns the changed stories to a script, and skips deleted ones', async () => {
    const reader = visitor()
    const prefer = { prefer: 'return=representation' }
    const fields = { id: ['5', '99', '6'], read: '1', back: '/?source=guardian' }
    const answer = await reader.post('/stories/mark', fields, prefer)
    expect(answer.status).toBe(200)
    const part = parsePage(await answer.text())
    expect(part.all('article').map((story) => attribute(story, 'id'))).toEqual(['story-5', 'story-6'])
    expect(part.all('h2').map(textOf)).toEqual(['Ein Zug, der pünktlich war', 'שלום עולם'])
    expect(part.all('p').map(textOf)).toContain('4 stories, 2 unread')
  })

  it('marks the stories of a list that existed when it was shown, and no others', async () => {
    const reader = visitor()
    const shown = String(noon - 20 * 60_000)
    const answer = await reader.post('/stories/mark-all-read', { upto: shown, back: '/?source=hn&source=guardian' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/?source=hn&source=guardian'])
    expect(await unreadOf(reader)).toEqual([1])
    expect((await reader.post('/stories/mark-all-read', { back: '/' })).status).toBe(400)
  })
})

describe('a list marked as read', () => {
  it('can be marked as unread again, once, as long as nothing else was marked at once', async () => {
    const reader = visitor()
    const before = await unreadOf(reader)
    const nameOf = async (): Promise<string | undefined> =>
      (await reader.page('/'))
        .all('input')
        .map((input) => [attribute(input, 'name'), attribute(input, 'value')])
        .find(([name]) => name === 'name')?.[1] ?? undefined
    expect(await nameOf()).toBeUndefined()
    await reader.post('/stories/mark-all-read', { upto: String(noon), back: '/' })
    expect(await unreadOf(reader)).toEqual([])
    expect(await wordsOf(reader)).toContain(`${before.length} stories marked as read.`)
    const name = (await nameOf())!
    expect((await reader.post('/stories/undo', { name: 'other', back: '/' })).status).toBe(400)
    expect((await reader.post('/stories/undo', { name, back: '/' })).status).toBe(303)
    expect(await unreadOf(reader)).toEqual(before)
    expect((await reader.post('/stories/undo', { name, back: '/' })).status).toBe(400)
    expect(await nameOf()).toBeUndefined()
  })
})

describe('a story taken apart', () => {
  it('leads to the new story of the article; what is no article of it is refused', async () => {
    const reader = visitor()
    const told = (await reader.store.stories()).find(({ articles }) => articles.some(({ source }) => source === 'hn'))!
    const hn = told.articles.find(({ source }) => source === 'hn')!
    const fields = { id: String(told.id), article: articleName(hn) }
    const answer = await reader.post('/stories/separate', fields)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/story/${told.id + 100}`])
    for (const wrong of [{ ...fields, article: 'x' }, { ...fields, id: '999' }, { id: 'x' }])
      expect((await reader.post('/stories/separate', wrong)).status).toBe(400)
    expect((await reader.post('/stories/separate', { ...fields, token: 'wrong' })).status).toBe(403)
  })
})

describe('a refresh', () => {
  it('that is quick is waited for', async () => {
    let refreshes = 0
    const reader = visitor({
      refresh: async () => {
        refreshes += 1
      },
    })
    const answer = await reader.post('/refresh', { back: '/?state=unread' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/?state=unread'])
    expect(refreshes).toBe(1)
    expect(await wordsOf(reader)).not.toContain('refresh is running')
  })

  it('that takes longer is waited for half a second, is not started twice, and is shown as running', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    let refreshes = 0
    const reader = visitor({
      refresh: () => {
        refreshes += 1
        return promise
      },
    })
    let answers = 0
    const posts = [1, 2].map(async () => {
      const answer = await reader.post('/refresh', { back: '/' })
      answers += 1
      return answer.status
    })
    await new Promise(setImmediate)
    await reader.clock.advance(499)
    expect(answers).toBe(0)
    await reader.clock.advance(1)
    expect(await Promise.all(posts)).toEqual([303, 303])
    expect(refreshes).toBe(1)
    expect(await wordsOf(reader)).toContain('A refresh is running in the background. Reload')
    resolve()
    await new Promise(setImmediate)
    expect(await wordsOf(reader)).not.toContain('refresh is running')
  })

  it('that fails is reported to the operator, and shown on the page until the next one', async () => {
    const errors: unknown[] = []
    let isBroken = true
    const reader = visitor({
      refresh: () => {
        if (isBroken) throw new Error('secret')
        return Promise.resolve()
      },
      onError: (error) => errors.push(error),
    })
    expect((await reader.post('/refresh', { back: '/' })).status).toBe(303)
    expect(errors).toEqual([new Error('secret')])
    expect(await wordsOf(reader)).toContain('The last refresh failed.')
    expect(await wordsOf(reader)).not.toContain('secret')
    isBroken = false
    await reader.post('/refresh', { back: '/' })
    expect(await wordsOf(reader)).not.toContain('last refresh failed')
  })
})
