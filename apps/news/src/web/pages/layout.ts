import { cleanText, type Markup, markup, type Part, trusted } from '@sluice/report/markup'
import type { PageContext } from '../context.ts'
import { everything, type ListQuery, listLink } from '../query.ts'

interface LayoutParts {
  readonly context: PageContext
  /** Heading of the page, unless its content contains one. */
  readonly heading: string
  readonly hasOwnHeading?: boolean | undefined
  /** Replaces the heading in the window title: `(12) Unread stories`. */
  readonly windowTitle?: string | undefined
  /** Link of this page, to return to after a form. */
  readonly here: string
  /** List of the feeds linked on this page. */
  readonly query?: ListQuery | undefined
  readonly content: readonly Part[]
}

const lists: readonly (readonly [string, string])[] = [
  ['All', '/'],
  ['Unread', listLink({ ...everything, state: 'unread' })],
  ['Starred', listLink({ ...everything, isStarred: true })],
  ['Read', listLink({ ...everything, state: 'read' })],
  ['Sources', '/sources'],
]

const feeds = [
  ['RSS', '/feed.xml', 'application/rss+xml'],
  ['Atom', '/atom.xml', 'application/atom+xml'],
  ['JSON Feed', '/feed.json', 'application/feed+json'],
] as const

/** The complete document. */
export function layout({ context, heading, hasOwnHeading, windowTitle, here, query, content }: LayoutParts): Markup {
  const feedQuery = { ...(query ?? everything), after: undefined }
  return markup`${trusted('<!DOCTYPE html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${windowTitle ?? heading} · ${context.title}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/reader.css">
<link rel="stylesheet" href="/assets/narrow.css">
<link rel="stylesheet" href="/assets/print.css">
${feeds.map(([name, path, type]) => markup`<link rel="alternate" type="${type}" title="${name}: ${cleanText(heading, 80)}" href="${listLink(feedQuery, path)}">\n`)}<script src="/assets/reader.js" type="module"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the stories</a>
<header class="top">
<p class="brand"><a href="/">${context.title}</a></p>
<nav aria-label="Lists"><ul>
${lists.map(([name, link]) => markup`<li><a href="${link}"${link === here ? trusted(' aria-current="page"') : undefined}>${name}</a></li>\n`)}</ul></nav>
${refreshForm(context, here)}<button type="button" id="show-keys" class="quiet" hidden>Keys</button>
</header>
<main id="content" tabindex="-1">
${hasOwnHeading === true ? undefined : markup`<h1>${heading}</h1>\n`}${refreshLine(context, here)}${content}</main>
<footer>
<ul class="row" aria-label="Feeds">
${feeds.map(([name, path]) => markup`<li><a href="${listLink(feedQuery, path)}">${name}</a></li>\n`)}<li><a href="/opml">Sources as OPML</a></li>
</ul>
</footer>
<p id="said" role="status" class="unseen"></p>
${keyHelp(context)}
</body>
</html>
`
}

function refreshForm({ refresh, token }: PageContext, here: string): Markup | undefined {
  if (refresh === undefined) return undefined
  return markup`<form method="post" action="/refresh" id="refresh">${hidden({ token, back: here })}<button>Refresh</button></form>
`
}

function refreshLine({ refresh }: PageContext, here: string): Markup | undefined {
  if (refresh === 'under way')
    return markup`<p class="note" role="status">A refresh is running in the background. <a href="${here}">Reload</a></p>\n`
  if (refresh === 'failed')
    return markup`<p class="note bad" role="status"><span class="sign" aria-hidden="true">✗</span> The last refresh failed. <a href="/sources">See the sources</a></p>\n`
  if (refresh === 'no database')
    return markup`<p class="note bad" role="status"><span class="sign" aria-hidden="true">✗</span> The last refresh failed: the database is unavailable. See the terminal of the reader for details.</p>\n`
  return undefined
}

export function hidden(fields: Readonly<Record<string, string>>): Markup[] {
  return Object.entries(fields).map(([name, value]) => markup`<input type="hidden" name="${name}" value="${value}">`)
}

/** Keyboard shortcuts of the script. */
const keys: readonly (readonly [readonly string[], string])[] = [
  [['j', 'n'], 'next story'],
  [['k', 'p'], 'previous story'],
  [['o', 'Enter'], 'open the story, which marks it as read'],
  [['v'], 'open the original in a new tab, which marks it as read'],
  [['m'], 'mark as read or unread'],
  [['f'], 'star or unstar'],
  [['A'], 'mark this page as read'],
  [['/'], 'search'],
  [['R'], 'refresh'],
  [['g u'], 'unread stories'],
  [['g b'], 'starred stories'],
  [['g h'], 'read stories'],
  [['?'], 'this help'],
]

/** Dialog opened by the script. */
function keyHelp({ refresh }: PageContext): Markup {
  const known = keys.filter(([names]) => refresh !== undefined || !names.includes('R'))
  return markup`<dialog id="keys" aria-labelledby="keys-title">
<h2 id="keys-title">Keyboard shortcuts</h2>
<dl>
${known.map(([names, meaning]) => markup`<div><dt>${names.map((name, index) => markup`${index === 0 ? '' : ' or '}<kbd>${name}</kbd>`)}</dt><dd>${meaning}</dd></div>\n`)}</dl>
<form method="dialog">
<label class="tick"><input type="checkbox" id="keys-on" checked> Enable keyboard shortcuts</label>
<button>Close</button>
</form>
</dialog>`
}

export function errorPage(context: PageContext, heading: string, message: string): Markup {
  return layout({
    context,
    heading,
    here: '/',
    content: [markup`<p class="empty">${message}</p>\n<p><a href="/">Back to the stories</a></p>\n`],
  })
}
