import { expect, it } from 'vitest'
import { attribute, textOf, within } from '../../../../test/pages/parsed-page.ts'
import { SourceError } from '../../src/index.ts'
import { article, sampleContents, sampleHealth, sampleStories, story } from './sample-news.ts'
import { smallStore } from './small-store.ts'
import { visitor } from './visitor.ts'

const png = { type: 'image/png', bytes: new Uint8Array([0x89, 0x50]) }
const store = () => smallStore(sampleStories(), sampleHealth, sampleContents)

it('shows the text of an article on the page of its story, instead of the summary, with its files', async () => {
  const page = await visitor({ store: store() }).page('/story/4')
  const [body] = page.all('div').filter((one) => attribute(one, 'class') === 'body')
  expect(within(body!, 'h3').map(textOf)).toEqual(['A heading of the article'])
  expect(within(body!, 'img').map((img) => attribute(img, 'src'))).toEqual(['https://guardian.example/river.png'])
  expect(within(body!, 'a').map((link) => attribute(link, 'href'))).toEqual([
    'https://guardian.example/prepare',
    'https://video.example/1',
  ])
  expect(textOf(page.all('main')[0])).not.toContain('What happened is told here')
  const [files] = page.all('ul').filter((one) => attribute(one, 'class') === 'files')
  expect(within(files!, 'li').map(textOf)).toEqual([
    'Read aloud audio/mpeg, 12 MB',
    'report.pdf application/pdf, 4.2 kB',
  ])
  expect(page.all('audio').map((audio) => attribute(audio, 'preload'))).toEqual(['none'])
})

it('shows the longest text first, and folds those of the other articles', async () => {
  const articles = [article('hn', 3), article('guardian', 2), article('newsapi', 1)]
  const contents = [
    { source: 'hn', sourceId: 'hn-3', content: { html: '<p>short</p>' } },
    { source: 'guardian', sourceId: 'guardian-2', content: { html: '<p>the longest text</p>' } },
  ]
  const page = await visitor({ store: smallStore([story(1, articles)], [], contents) }).page('/story/1')
  const bodies = page.all('div').filter((one) => attribute(one, 'class') === 'body')
  expect(bodies.map(textOf)).toEqual(['the longest text', 'short'])
  expect(page.all('details').map(textOf)).toEqual(['Text of Hacker Newsshort'])
})

it('fetches images itself if it is to, from signed addresses only', async () => {
  const asked: string[] = []
  const image = async (source: string, url: string) => {
    asked.push(`${source} ${url}`)
    return url.endsWith('.png') ? png : undefined
  }
  const reader = visitor({ store: store(), image })
  const [img] = (await reader.page('/story/4')).all('img').slice(-1)
  const path = attribute(img!, 'src')!
  expect(path).toMatch(/^\/image\/[\w-]{43}\/[\w-]+$/)
  const answer = await reader.get(path)
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png'])
  expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'; sandbox")
  const [, , signature, name] = path.split('/')
  const other = Buffer.from(JSON.stringify(['guardian', 'http://127.0.0.1/'])).toString('base64url')
  for (const forged of [
    `/image/${signature}/${other}`,
    `/image/${signature!.replace(/^./, '!')}/${name}`,
    '/image/x/y',
  ])
    expect((await reader.get(forged)).status).toBe(404)
  expect(asked).toEqual(['guardian https://guardian.example/river.png'])
})

it('fetches the full text on request, keeps it, and says why there is none', async () => {
  const asked: string[] = []
  const fullText = async (source: string, url: string) => {
    asked.push(`${source} ${url}`)
    if (source === 'hn') throw new SourceError('the page <b> is larger than 5 MB')
    return { html: '<p>All of it</p>' }
  }
  const reader = visitor({ store: store(), fullText })
  const formOf = async (path: string) => {
    const forms = (await reader.page(path)).all('form')
    const form = forms.find((one) => attribute(one, 'action') === '/stories/full-text')
    if (form === undefined) return undefined
    return Object.fromEntries(within(form, 'input').map((one) => [attribute(one, 'name')!, attribute(one, 'value')!]))
  }
  const done = await reader.post('/stories/full-text', (await formOf('/story/4'))!)
  expect([done.status, done.headers.get('location')]).toEqual([303, '/story/4'])
  const bodies = (await reader.page('/story/4')).all('div').filter((one) => attribute(one, 'class') === 'body')
  expect(bodies.map(textOf)).toEqual(['All of it'])
  expect(await formOf('/story/4')).toBeUndefined()
  const failed = await reader.post('/stories/full-text', (await formOf('/story/2'))!)
  expect([failed.status, await failed.text()]).toEqual([
    400,
    expect.stringContaining('The full text could not be fetched: the page &lt;b&gt; is larger than 5 MB.'),
  ])
  const forged = await reader.post('/stories/full-text', { id: '4', article: 'x' })
  expect(forged.status).toBe(400)
  expect(asked).toEqual(['guardian https://guardian.example/130?a=1&b=2', 'hn https://hn.example/20?a=1&b=2'])
})
