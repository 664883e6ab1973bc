import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sharedBrowser } from './opened.ts'
import { article, manyStories, story } from './sample-news.ts'
import { smallStore } from './small-store.ts'

const browser = sharedBrowser()
beforeAll(browser.start)
afterAll(browser.close)

const titleOf = (id: number): string => `#title-${id} a`

describe.each([
  ['with scripts', true],
  ['without scripts', false],
])('the controls of the list %s', (_, javaScriptEnabled) => {
  it('mark a story as read and unread, star and unstar it', async (test) => {
    await browser.open(test, { javaScriptEnabled }, async ({ page, reader, unread, faults }) => {
      const story = page.locator('#story-4')
      await story.getByRole('button', { name: 'Mark read' }).click()
      await story.getByRole('button', { name: 'Mark unread' }).waitFor()
      expect(await unread()).toEqual([1, 2, 5, 6])
      await page.getByText('7 stories, 4 unread').waitFor()
      await story.getByRole('button', { name: 'Mark unread' }).click()
      await story.getByRole('button', { name: 'Mark read' }).waitFor()
      expect(await unread()).toEqual([1, 2, 4, 5, 6])
      await story.getByRole('button', { name: /^Star/ }).click()
      await story.getByRole('button', { name: 'Unstar' }).waitFor()
      expect((await reader.store.story(4))?.isStarred).toBe(true)
      await story.getByRole('button', { name: 'Unstar' }).click()
      await story.getByRole('button', { name: /^Star/ }).waitFor()
      expect((await reader.store.story(4))?.isStarred).toBe(false)
      expect(faults).toEqual([])
    })
  })

  it('mark the page, and the whole list', async (test) => {
    const news = { store: smallStore(manyStories(60)) }
    await browser.open(test, { javaScriptEnabled, news }, async ({ page, unread, faults }) => {
      await page.getByRole('button', { name: 'Mark this page as read' }).click()
      await page.getByText('60 stories, 10 unread').waitFor()
      expect(await unread()).toHaveLength(10)
      await page.getByRole('button', { name: 'Mark the whole list as read' }).click()
      await page.getByText('60 stories, 0 unread').waitFor()
      expect(await unread()).toEqual([])
      expect(faults).toEqual([])
    })
  })

  it('search, filter, page, and lead to every list', async (test) => {
    const news = { store: smallStore(manyStories(60)) }
    await browser.open(test, { javaScriptEnabled, news }, async ({ page, url, faults }) => {
      await page.getByRole('link', { name: 'Older stories' }).click()
      await page.getByRole('link', { name: 'Newest stories' }).click()
      await page.getByLabel('Search in titles').fill('comet')
      await page.getByRole('button', { name: 'Search' }).click()
      await page.getByText('10 stories, 10 unread').waitFor()
      expect(page.url()).toBe(`${url}?q=comet`)
      await page.getByText('Filter').click()
      await page.getByLabel('Show').selectOption('unread only')
      await page.getByLabel('Section').fill('world')
      await page.getByLabel('Language').fill('en')
      await page.getByLabel('The Guardian').check()
      await page.getByRole('button', { name: 'Apply' }).click()
      await page.getByText('Filter (4 in use)').waitFor()
      expect(page.url()).toBe(`${url}?q=comet&state=unread&section=world&language=en&source=guardian`)
      await page.getByLabel('Starred only').check()
      await page.getByRole('button', { name: 'Apply' }).click()
      await page.getByText('No stories match.').waitFor()
      await page.getByRole('link', { name: 'Show everything' }).first().click()
      for (const [name, path] of [
        ['Unread', '?state=unread'],
        ['Starred', '?starred=1'],
        ['Read', '?state=read'],
        ['Sources', 'sources'],
        ['All', ''],
      ] as const) {
        await page.getByRole('navigation', { name: 'Lists' }).getByRole('link', { name, exact: true }).click()
        expect(page.url()).toBe(url + path)
      }
      expect(faults).toEqual([])
    })
  })

  it('refresh, and report that it is running', async (test) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    await browser.open(test, { javaScriptEnabled, news: { refresh: () => promise } }, async (opened) => {
      const { page, reader, faults } = opened
      const click = page.getByRole('button', { name: 'Refresh' }).click()
      while (reader.clock.pending === 0) await new Promise(setImmediate)
      await reader.clock.advance(500)
      await click
      await page.getByText('A refresh is running').waitFor()
      resolve()
      await page.getByRole('link', { name: 'Reload' }).click()
      await page.waitForLoadState()
      expect(await page.getByText('A refresh is running').count()).toBe(0)
      expect(faults).toEqual([])
    })
  })

  it('open a story and each of its sources without a referrer', async (test) => {
    await browser.open(test, { javaScriptEnabled }, async ({ page, url, faults }) => {
      await page.locator(titleOf(6)).click()
      expect(page.url()).toBe(`${url}story/6`)
      const asked = page.waitForRequest(/guardian\.example/)
      await page.locator('.told-title').nth(1).click()
      expect((await asked).headers().referer).toBeUndefined()
      expect(faults).toEqual([])
    })
  })
})

describe('the keys', () => {
  it('j, n, k and p move from story to story', async (test) => {
    await browser.open(test, {}, async ({ page, faults }) => {
      const at = async (): Promise<string | null> => await page.locator(':focus').getAttribute('href')
      const way: (string | null)[] = []
      for (const key of ['j', 'n', 'j', 'k', 'p', 'p']) {
        await page.keyboard.press(key)
        way.push(await at())
      }
      expect(way).toEqual(['/story/1', '/story/2', '/story/3', '/story/2', '/story/1', '/story/1'])
      expect(await page.getByRole('status').last().textContent()).toBe('This is the first story of the page')
      expect(faults).toEqual([])
    })
  })

  for (const key of ['o', 'Enter']) {
    it(`${key} opens the story, which marks it as read`, async (test) => {
      await browser.open(test, {}, async ({ page, url, unread, faults }) => {
        await page.keyboard.press('j')
        await page.keyboard.press('j')
        await page.keyboard.press(key)
        await page.waitForURL(`${url}story/2`)
        await page.getByRole('button', { name: 'Mark unread' }).waitFor()
        expect(await unread()).toEqual([1, 4, 5, 6])
        await page.keyboard.press('m')
        await page.getByRole('button', { name: 'Mark read' }).waitFor()
        expect(await unread()).toEqual([1, 2, 4, 5, 6])
        expect(faults).toEqual([])
      })
    })
  }

  it('m and f mark and star, as often as they are pressed, and stay where they are', async (test) => {
    await browser.open(test, {}, async ({ page, reader, unread, faults }) => {
      await page.keyboard.press('j')
      await page.keyboard.press('m')
      await page.locator('#story-1').getByRole('button', { name: 'Mark unread' }).waitFor()
      expect(await unread()).toEqual([2, 4, 5, 6])
      expect(await page.locator(':focus').getAttribute('href')).toBe('/story/1')
      expect(await page.locator('#said').textContent()).toBe('Marked as read')
      for (const key of ['m', 'm', 'm']) await page.keyboard.press(key)
      await page.keyboard.press('f')
      await page.locator('#story-1').getByRole('button', { name: 'Unstar' }).waitFor()
      expect(await unread()).toEqual([1, 2, 4, 5, 6])
      expect((await reader.store.story(1))?.isStarred).toBe(true)
      expect(faults).toEqual([])
    })
  })

  it('v opens the original in a new tab and marks the story as read', async (test) => {
    await browser.open(test, {}, async ({ page, unread, faults }) => {
      await page.keyboard.press('j')
      const opened = page.context().waitForEvent('page')
      await page.keyboard.press('v')
      const tab = await opened
      await tab.waitForURL(/guardian\.example/)
      expect(await tab.evaluate('opener')).toBe(null)
      await page.locator('#story-1').getByRole('button', { name: 'Mark unread' }).waitFor()
      expect(await unread()).not.toContain(1)
      expect(faults).toEqual([])
    })
  })

  it('A marks the page, / searches, R refreshes', async (test) => {
    let refreshes = 0
    const refresh = async (): Promise<void> => {
      refreshes += 1
    }
    await browser.open(test, { news: { refresh } }, async ({ page, url, unread, faults }) => {
      await page.keyboard.press('A')
      await page.getByText('7 stories, 0 unread').waitFor()
      expect(await unread()).toEqual([])
      await page.keyboard.press('R')
      await page.waitForEvent('load')
      expect(refreshes).toBe(1)
      await page.keyboard.press('/')
      await page.keyboard.type('jam')
      expect(await page.getByLabel('Search in titles').inputValue()).toBe('jam')
      await page.keyboard.press('Enter')
      await page.waitForURL(`${url}?q=jam`)
      expect(faults).toEqual([])
    })
  })

  it('g u, g b and g h go to the lists', async (test) => {
    await browser.open(test, {}, async ({ page, url, faults }) => {
      for (const [key, path] of [
        ['u', '?state=unread'],
        ['b', '?starred=1'],
        ['h', '?state=read'],
      ] as const) {
        await page.keyboard.press('g')
        await page.keyboard.press(key)
        await page.waitForURL(url + path)
      }
      expect(faults).toEqual([])
    })
  })

  it('? shows the help, where they can be switched off for good', async (test) => {
    await browser.open(test, {}, async ({ page, faults }) => {
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
      await page.keyboard.press('j')
      expect(await page.locator('.story :focus').count()).toBe(0)
      await page.getByLabel('Enable keyboard shortcuts').uncheck()
      await page.keyboard.press('Escape')
      await page.reload()
      await page.keyboard.press('j')
      expect(await page.locator('.story :focus').count()).toBe(0)
      await page.getByRole('button', { name: 'Keys' }).click()
      await page.getByLabel('Enable keyboard shortcuts').check()
      await page.getByRole('button', { name: 'Close' }).click()
      await page.keyboard.press('j')
      expect(await page.locator('.story :focus').count()).toBe(1)
      expect(faults).toEqual([])
    })
  })

  it('work on the page of a story, too, where / leads to the search of the list', async (test) => {
    await browser.open(test, { path: 'story/3' }, async ({ page, reader, url, faults }) => {
      await page.keyboard.press('f')
      await page.getByRole('button', { name: 'Unstar' }).waitFor()
      expect((await reader.store.story(3))?.isStarred).toBe(true)
      await page.keyboard.press('/')
      await page.waitForURL(`${url}#q`)
      await page.keyboard.type('jam')
      expect(await page.getByLabel('Search in titles').inputValue()).toBe('jam')
      expect(faults).toEqual([])
    })
  })

  it('n and p lead from story to story in the order of the list', async (test) => {
    await browser.open(test, { path: '?source=guardian' }, async ({ page, url, faults }) => {
      await page.keyboard.press('j')
      await page.keyboard.press('o')
      for (const [key, id] of [
        ['n', 4],
        ['j', 5],
        ['p', 4],
        ['k', 1],
      ] as const) {
        await page.getByRole('button', { name: 'Mark unread' }).waitFor()
        await page.keyboard.press(key)
        await page.waitForURL(`${url}story/${id}?source=guardian`)
      }
      await page.keyboard.press('p')
      expect(await page.locator('#said').textContent()).toBe('This is the first story of the list')
      await page.getByRole('link', { name: 'Stories', exact: true }).click()
      await page.waitForURL(`${url}?source=guardian`)
      expect(faults).toEqual([])
    })
  })

  it('with Control or Alt are left to the browser', async (test) => {
    await browser.open(test, {}, async ({ page, unread }) => {
      await page.keyboard.press('j')
      for (const key of ['Control+m', 'Alt+m', 'Control+Shift+A']) await page.keyboard.press(key)
      expect(await unread()).toEqual([1, 2, 4, 5, 6])
    })
  })
})

describe('marking without leaving the page', () => {
  it('keeps the story on a list of unread ones, so that it can be undone', async (test) => {
    await browser.open(test, { path: '?state=unread' }, async ({ page, unread }) => {
      await page.locator('#story-2').getByRole('button', { name: 'Mark read' }).click()
      await page.getByText('4 stories, 4 unread').waitFor()
      await page.locator('#story-2').getByRole('button', { name: 'Mark unread' }).click()
      await page.getByText('5 stories, 5 unread').waitFor()
      expect(await unread()).toEqual([1, 2, 4, 5, 6])
    })
  })

  it('falls back to the form itself, whose page explains the error', async (test) => {
    await browser.open(test, {}, async ({ page }) => {
      await page.locator('#story-1 input[name=token]').evaluate((input) => input.setAttribute('value', 'old'))
      await page.locator('#story-1').getByRole('button', { name: 'Mark read' }).click()
      await page.getByText('The reader was restarted after this page was loaded.').waitFor()
    })
  })
})

describe('the feeds', () => {
  it('are well formed for the XML of a browser, whatever is in them', async (test) => {
    const text = '<b>&amp;</b> ]]> \u0000\ud800\uffff <!-- & " \u202e'
    const one = article(text, 1, { title: text, summary: text, author: text, section: text })
    const store = smallStore([story(1, [one])], [{ source: text, state: 'ok', failures: 0 }])
    await browser.open(test, { news: { store, title: text } }, async ({ page, url }) => {
      for (const path of ['feed.xml', 'atom.xml', 'opml']) {
        const xml = await (await fetch(url + path)).text()
        const faults = await page.evaluate(
          `new DOMParser().parseFromString(${JSON.stringify(xml)}, 'text/xml').querySelectorAll('parsererror').length`,
        )
        expect([path, faults]).toEqual([path, 0])
      }
    })
  })
})
