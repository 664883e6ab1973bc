import { describe, expect, it } from 'vitest'
import { findStory, type KnownArticle, titleWindow } from './find-story.ts'

const title = 'Parliament votes for new climate law'
const article = { source: 'a', sourceId: '1', canonicalUrl: 'https://a.example/1', title, publishedAt: titleWindow }

function known(story: number, changes: Partial<KnownArticle> = {}): KnownArticle {
  return { ...article, source: 'b', sourceId: '9', canonicalUrl: `https://b.example/${story}`, story, ...changes }
}

describe('the story of an article', () => {
  it.each<[string, readonly KnownArticle[], ReturnType<typeof findStory>]>([
    ['is a new one if nothing is known', [], undefined],
    [
      'is that of the same article, whatever it says now',
      [known(1), known(2, { source: 'a', sourceId: '1', title: 'x', publishedAt: 0 })],
      { story: 2, by: 'article' },
    ],
    [
      'is that of the same URL, even long ago',
      [known(1), known(2, { canonicalUrl: article.canonicalUrl, title: 'x', publishedAt: -titleWindow })],
      { story: 2, by: 'url' },
    ],
    [
      'is a new one if the same URL is of the same source',
      [known(2, { source: 'a', canonicalUrl: article.canonicalUrl, title: 'x' })],
      undefined,
    ],
    [
      'is a new one if its source tells the story of the URL already',
      [known(2, { canonicalUrl: article.canonicalUrl, title: 'x' }), known(2, { source: 'a', title: 'x' })],
      undefined,
    ],
    [
      'is, of several with the same URL, that of the title',
      [known(1, { canonicalUrl: article.canonicalUrl, title: 'x' }), known(2, { canonicalUrl: article.canonicalUrl })],
      { story: 2, by: 'title' },
    ],
    [
      'is a new one if several have the same URL and none the title',
      [1, 2].map((story) => known(story, { canonicalUrl: article.canonicalUrl, title: 'x' })),
      undefined,
    ],
    ['is that of a title much alike', [known(1, { title: 'x' }), known(2)], { story: 2, by: 'title' }],
    ['is the first of several with the same title', [known(3), known(2)], { story: 2, by: 'title' }],
    ['is that of a title 48 hours later', [known(1, { publishedAt: 2 * titleWindow })], { story: 1, by: 'title' }],
    ['is a new one if the other is later still', [known(1, { publishedAt: 2 * titleWindow + 1 })], undefined],
    ['is a new one if the other was earlier', [known(1, { publishedAt: -1 })], undefined],
    ['is a new one if a title is alike in the same source', [known(1, { source: 'a' })], undefined],
    ['is a new one if the same id is of another source', [known(1, { sourceId: '1', title: 'x' })], undefined],
    ['is a new one if titles are too short', [known(1, { title: 'Live updates' })], undefined],
  ])('%s', (_, others, found) => {
    expect(findStory(article, others)).toEqual(found)
  })

  it('is a new one if the same URL is the front page of a site', () => {
    const canonicalUrl = 'https://a.example'
    expect(findStory({ ...article, canonicalUrl }, [known(1, { canonicalUrl, title: 'x' })])).toBeUndefined()
  })

  it('is that of the title which is most alike', () => {
    const nine = 'alpha beta gamma delta epsilon zeta eta theta iota'
    const others = [known(1, { title: `${nine} kappa` }), known(2, { title: nine })]
    expect(findStory({ ...article, title: nine.toUpperCase() }, others)).toEqual({ story: 2, by: 'title' })
  })
})
