import { createHash } from 'node:crypto'
import { cleanText, type Markup, markup, type Part, trusted } from '@sluice/report/markup'
import type { Article, StoredContent, Story } from '../../model/news.ts'
import { type PageContext, sourceTitle } from '../context.ts'
import { sourceIcon } from '../icons.ts'
import { type ListQuery, listHeading, listLink, storyLink, type WayBack } from '../query.ts'
import { age, counted, languageTag, shownSummary, shownTitle, webAddress } from '../text.ts'
import { articleBody, foldedBody, shownContents } from './article-body.ts'
import { hidden, layout } from './layout.ts'

interface StoryPageParts {
  readonly context: PageContext
  /** List that the story belongs to. */
  readonly query: ListQuery
  readonly story: Story
  /** Neighbouring stories in that list. */
  readonly newer: Story | undefined
  readonly older: Story | undefined
  readonly contents: readonly StoredContent[]
}

/** Page of a story, with the title and text of each source. */
export function storyPage({ context, query, story, newer, older, contents }: StoryPageParts): Markup {
  const here = storyLink(story.id, query)
  const { lead, of } = shownContents(story.articles, contents)
  const body =
    lead === undefined
      ? undefined
      : markup`<h2 class="unseen">Text of ${sourceTitle(context.sources, lead.source)}</h2>\n${articleBody(context, lead, of(lead)!)}`
  const isTold = lead !== undefined && (of(lead)?.fullText ?? of(lead)?.content)?.html !== undefined
  return layout({
    context,
    heading: shownTitle(story.title),
    hasOwnHeading: true,
    here,
    content: [
      markup`<nav class="beside" aria-label="Stories of the list">
${besideLink('prev', query, newer)}<a href="${listLink({ ...query, after: undefined })}">${listHeading(query)}</a>
${besideLink('next', query, older)}</nav>
`,
      // The text repeats the summary.
      storyItem(context, isTold ? { ...story, summary: undefined } : story, { link: here, query, story: story.id }),
      body,
      markup`<section aria-labelledby="told">
<h2 id="told">Covered by ${counted(new Set(story.articles.map(({ source }) => source)).size, 'source')}</h2>
<ul class="told">
${story.articles.slice(0, 200).map((article) => {
  const details = [article.author, article.section]
    .map((text) => cleanText(text ?? '', 100))
    .filter((text) => text !== '')
  const isLead = article === lead
  const stored = isLead ? undefined : of(article)
  const summary = isLead && isTold ? undefined : shownSummary(article.summary)
  const language = trustedLanguage(article)
  const title = markup`<span dir="auto"${language}>${shownTitle(article.title)}</span>`
  return markup`<li><h3>${sourceIcon(context, article.source)}${sourceTitle(context.sources, article.source)}</h3>
<p>${outsideLink(article.url, title, 'told-title')}</p>
<p class="meta">${age(article.publishedAt, context.now)}${details.map((text) => markup` · <bdi>${text}</bdi>`)}</p>
${summary === undefined || summary === shownSummary(story.summary) ? undefined : markup`<p dir="auto"${language}>${summary}</p>\n`}${stored === undefined ? undefined : foldedBody(context, article, stored)}${of(article)?.fullText === undefined ? fullTextForm(context, story, article, here) : undefined}${story.articles.length < 2 ? undefined : separateForm(context, story, article)}</li>
`
})}</ul>
</section>
`,
    ],
  })
}

/** Link to a neighbouring story. */
function besideLink(way: 'prev' | 'next', query: ListQuery, story: Story | undefined): Markup | undefined {
  if (story === undefined) return undefined
  const title = markup`<span class="unseen">: ${cleanText(shownTitle(story.title), 80)}</span>`
  const words =
    way === 'prev'
      ? markup`<span aria-hidden="true">← </span>Previous${title}`
      : markup`Next${title}<span aria-hidden="true"> →</span>`
  return markup`<a href="${storyLink(story.id, query)}" rel="${way}">${words}</a>\n`
}

/** Hash of an article for use in forms, which must not contain text from outside. */
export function articleName({ source, sourceId }: Article): string {
  return createHash('sha256')
    .update(JSON.stringify([source, sourceId]))
    .digest('base64url')
    .slice(0, 22)
}

/** Form that fetches the text of an article's page. */
function fullTextForm(context: PageContext, { id }: Story, article: Article, back: string): Markup | undefined {
  if (!context.hasFullText || webAddress(article.url) === undefined) return undefined
  const fields = { token: context.token, id: String(id), article: articleName(article), back }
  const of = sourceTitle(context.sources, article.source)
  return markup`<form method="post" action="/stories/full-text">${hidden(fields)}<button class="quiet">Fetch the full text<span class="unseen"> of ${of}</span></button></form>\n`
}

/** Form that removes an article from a story that it does not belong to. */
function separateForm({ token, sources }: PageContext, { id }: Story, article: Article): Markup {
  const { source } = article
  const fields = { token, id: String(id), article: articleName(article) }
  return markup`<form method="post" action="/stories/separate">${hidden(fields)}<button class="quiet">Not the same story<span class="unseen">: ${sourceTitle(sources, source)}</span></button></form>\n`
}

/** Maximum number of sources listed by name; the rest is shown as a number. */
const maxChips = 12

/** A story in a list, or on its own page with all details. */
export function storyItem(context: PageContext, story: Story, back: WayBack): Markup {
  const isAlone = back.story !== undefined
  const title = shownTitle(story.title)
  const summary = shownSummary(story.summary)
  const language = trustedLanguage(story.articles[0])
  const chips = isAlone ? [] : story.articles.slice(0, maxChips)
  const more = isAlone ? 0 : story.articles.length - chips.length
  const marks = trusted(`${story.isRead ? '' : ' data-unread'}${isAlone ? ' data-alone' : ''}`)
  const heading = trusted(isAlone ? 'h1' : 'h2')
  return markup`<article class="story" id="story-${story.id}" aria-labelledby="title-${story.id}"${marks}>
<${heading} class="title" id="title-${story.id}">${story.isRead ? undefined : markup`<span class="unseen">Unread: </span>`}${story.isStarred ? markup`<span class="unseen">Starred: </span>` : undefined}${titleOf(story, title, language, back)}</${heading}>
${summary === undefined ? undefined : markup`<p class="summary" dir="auto"${language}>${summary}</p>\n`}<div class="meta">
${age(story.publishedAt, context.now)}
${isAlone ? undefined : markup`<ul class="chips" aria-label="Sources">${chips.map((article) => markup`<li>${chip(context, article)}</li>`)}${more > 0 ? markup`<li><a href="${storyLink(story.id, back.query)}">and ${more} more</a></li>` : undefined}</ul>`}
<div class="marks">${isAlone ? undefined : originalLink(story.url, title)}${markForm(context, story, title, back.link)}</div>
</div>
</article>
`
}

function titleOf({ id, url }: Story, title: string, language: Part, back: WayBack): Markup {
  if (back.story === undefined) return markup`<a href="${storyLink(id, back.query)}" dir="auto"${language}>${title}</a>`
  return outsideLink(url, markup`<span dir="auto"${language}>${title}</span>`, 'original')
}

/** Link to the original, which opens in a new tab. */
function originalLink(url: string, title: string): Markup | undefined {
  const address = webAddress(url)
  if (address === undefined) return undefined
  return markup`<a class="original" href="${address}" target="_blank" rel="noopener noreferrer nofollow">Original<span class="unseen"> in a new tab: ${cleanText(title, 80)}</span> <span aria-hidden="true">↗</span></a>`
}

function chip(context: PageContext, article: Article): Markup {
  return outsideLink(
    article.url,
    markup`${sourceIcon(context, article.source)}${sourceTitle(context.sources, article.source)}`,
    'chip',
  )
}

/** External link, or only its content if the address is unsafe. */
export function outsideLink(url: string | undefined, content: Part, name: string): Markup {
  const address = webAddress(url)
  if (address === undefined) return markup`<span class="${name}">${content}</span>`
  return markup`<a class="${name}" href="${address}" rel="noopener noreferrer nofollow">${content}</a>`
}

function markForm({ token }: PageContext, story: Story, title: string, back: string): Markup {
  const [read, readWords] = story.isRead ? ['0', 'Mark unread'] : ['1', 'Mark read']
  const [starred, starWords] = story.isStarred ? ['0', 'Unstar'] : ['1', 'Star']
  const of = markup`<span class="unseen">: ${cleanText(title, 80)}</span>`
  return markup`<form method="post" action="/stories/mark" data-marks>${hidden({ token, back, id: String(story.id) })}<button name="read" value="${read}" class="quiet" data-done="${story.isRead ? 'Marked as unread' : 'Marked as read'}">${readWords}${of}</button><button name="starred" value="${starred}" class="quiet" data-done="${story.isStarred ? 'Star removed' : 'Starred'}"><span aria-hidden="true">${story.isStarred ? '★' : '☆'}</span> ${starWords}${of}</button></form>`
}

/** The attribute `lang` if the article has a valid language. */
function trustedLanguage(article: Article | undefined): Markup | undefined {
  const language = languageTag(article?.language)
  return language === undefined ? undefined : markup` lang="${language}"`
}
