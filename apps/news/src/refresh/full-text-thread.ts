import { parentPort, workerData } from 'node:worker_threads'
import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'
import type { ArticleContent } from '../model/news.ts'
import { safeHtml } from '../stories/safe-html.ts'

/** A page to be read in the thread. */
export interface PageToRead {
  readonly html: string
  readonly url: string
}

// A thread for one page: it reads it, answers once, and ends.
const { html, url } = workerData as PageToRead
// A page may leave the tags of its body out.
const { document } = parseHTML(/<body[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`)
const base = URL.parse(document.querySelector('base')?.getAttribute('href') ?? '', url)?.href ?? url
// The types of the DOM are not those of linkedom.
const found = new Readability(document as never).parse()
const text = safeHtml(found?.content ?? '', { base })
const answer: ArticleContent | undefined = text.trim() === '' ? undefined : { html: text, base }
parentPort!.postMessage(answer)
