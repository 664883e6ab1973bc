import { parentPort, workerData } from 'node:worker_threads'
import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'
import type { ArticleContent } from '../model/news.ts'
import { safeHtml } from '../stories/safe-html.ts'

/** A page for the thread to read. */
export interface PageToRead {
  readonly html: string
  readonly url: string
}

// Thread for one page: reads it, posts one result, and ends.
const { html, url } = workerData as PageToRead
// The page may omit the tags of its body.
const { document } = parseHTML(/<body[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`)
const base = URL.parse(document.querySelector('base')?.getAttribute('href') ?? '', url)?.href ?? url
// linkedom's types differ from the DOM's.
const found = new Readability(document as never).parse()
const text = safeHtml(found?.content ?? '', { base })
const answer: ArticleContent | undefined = text.trim() === '' ? undefined : { html: text, base }
parentPort!.postMessage(answer)
