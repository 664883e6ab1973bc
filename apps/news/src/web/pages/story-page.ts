import type { Story } from '../../model/story.ts'
import { sourceTitle } from '../source-names.ts'
import { type Markup, markup } from '../text/markup.ts'
import { age, counted } from '../text/moments.ts'
import { shownSummary, shownText, shownTitle } from '../text/shown-text.ts'
import { layout } from './layout.ts'
import type { PageContext } from './page-context.ts'
import { outsideLink, storyItem, trustedLanguage } from './story-item.ts'

/** Everything there is to one story: each source with its own title and words. */
export function storyPage(context: PageContext, story: Story): Markup {
  const here = `/story/${story.id}`
  return layout({
    context,
    heading: shownTitle(story.title),
    hasOwnHeading: true,
    here,
    content: [
      storyItem(context, story, here, true),
      markup`<section aria-labelledby="told">
<h2 id="told">Told by ${counted(new Set(story.articles.map(({ source }) => source)).size, 'source')}</h2>
<ul class="told">
${story.articles.slice(0, 200).map((article) => {
  const details = [article.author, article.section]
    .map((text) => shownText(text ?? '', 100))
    .filter((text) => text !== '')
  const summary = shownSummary(article.summary)
  const language = trustedLanguage(article)
  const title = markup`<span dir="auto"${language}>${shownTitle(article.title)}</span>`
  return markup`<li><h3>${sourceTitle(context.sources, article.source)}</h3>
<p>${outsideLink(article.url, title, 'told-title')}</p>
<p class="meta">${age(article.publishedAt, context.now)}${details.map((text) => markup` · <bdi>${text}</bdi>`)}</p>
${summary === undefined || summary === shownSummary(story.summary) ? undefined : markup`<p dir="auto"${language}>${summary}</p>\n`}</li>
`
})}</ul>
</section>
`,
    ],
  })
}
