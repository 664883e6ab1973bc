import { cleanText, type Markup, markup, trusted } from '@sluice/report/markup'
import type { Article, Enclosure, StoredContent } from '../../model/news.ts'
import { safeHtml } from '../../stories/safe-html.ts'
import { type PageContext, sourceTitle } from '../context.ts'
import { languageTag, webAddress } from '../text.ts'

/** Contents of a story's articles, and the article that is shown in full. */
export interface ShownContents {
  readonly lead: Article | undefined
  of(article: Article): StoredContent | undefined
}

/** Shows one article in full: with the full text of its page, otherwise the longest, otherwise the first with files. */
export function shownContents(articles: readonly Article[], contents: readonly StoredContent[]): ShownContents {
  const of = ({ source, sourceId }: Article) =>
    contents.find((one) => one.source === source && one.sourceId === sourceId)
  const weight = (article: Article): number => {
    const { fullText, content } = of(article) ?? {}
    if (fullText !== undefined) return Number.MAX_SAFE_INTEGER
    return content?.html?.length ?? (content?.enclosures === undefined ? 0 : 0.5)
  }
  const [lead] = articles.toSorted((a, b) => weight(b) - weight(a))
  return { lead: lead === undefined || weight(lead) === 0 ? undefined : lead, of }
}

/** Text and files of an article. */
export function articleBody(context: PageContext, article: Article, { content, fullText }: StoredContent): Markup {
  const { source } = article
  const image = (address: string): string => context.image?.(source, address) ?? address
  const { html, base } = fullText ?? content ?? {}
  const language = languageTag(article.language)
  const lang = language === undefined ? undefined : markup` lang="${language}"`
  const files = content?.enclosures ?? []
  const shown = html === undefined ? '' : safeHtml(html, { base, image })
  const pictures = files.filter((file) => isImage(file) && fullText === undefined && html?.includes(file.url) !== true)
  const figures = pictures.slice(0, 3).map(({ url, title }) => pictureOf(image(url), title))
  const text =
    shown === '' && figures.length === 0
      ? undefined
      : markup`<div class="${shown === '' ? 'body pictures' : 'body'}" dir="auto"${lang}>${figures}${trusted(shown)}</div>\n`
  return markup`${text}${fileList(files.filter((file) => !isImage(file)))}`
}

/** Content of any other article, in a collapsed section. */
export function foldedBody(context: PageContext, article: Article, stored: StoredContent): Markup {
  const of = markup`<span class="unseen"> of ${sourceTitle(context.sources, article.source)}</span>`
  return markup`<details><summary>Text${of}</summary>${articleBody(context, article, stored)}</details>\n`
}

function isImage({ type = '' }: Enclosure): boolean {
  return type.startsWith('image/')
}

function pictureOf(address: string, title = ''): Markup {
  return markup`<p><img src="${address}" alt="${title}" loading="lazy" decoding="async" referrerpolicy="no-referrer"></p>`
}

function fileList(files: readonly Enclosure[]): Markup | undefined {
  if (files.length === 0) return undefined
  return markup`<ul class="files" aria-label="Files">
${files.map((file) => {
  const address = webAddress(file.url)
  const name = cleanText(file.title ?? fileName(file.url), 100) || 'File'
  const details = [file.type, file.bytes === undefined ? undefined : sizeWords(file.bytes)].filter(Boolean).join(', ')
  return markup`<li>${player(file, name)}${address === undefined ? name : markup`<a href="${address}" rel="noopener noreferrer nofollow">${name}</a>`}${details === '' ? undefined : markup` <span class="count">${details}</span>`}</li>\n`
})}</ul>
`
}

/** Audio or video player; nothing is loaded before playing. */
function player({ url, type = '' }: Enclosure, name: string): Markup | undefined {
  const kind = /^(audio|video)\//.exec(type)?.[1]
  const address = webAddress(url)
  if (kind === undefined || address === undefined) return undefined
  return markup`<${trusted(kind)} src="${address}" controls preload="none" aria-label="${name}"></${trusted(kind)}>`
}

function fileName(url: string): string {
  const { hostname, pathname } = new URL(url)
  return pathname.split('/').findLast((part) => part !== '') ?? hostname
}

function sizeWords(bytes: number): string {
  const [size, unit] =
    bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : bytes < 1e9 ? [bytes / 1e6, 'megabyte'] : [bytes / 1e9, 'gigabyte']
  const maximumFractionDigits = size < 10 ? 1 : 0
  return new Intl.NumberFormat('en', { style: 'unit', unit, maximumFractionDigits }).format(size)
}
