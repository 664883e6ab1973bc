import { createHash } from 'node:crypto'
import { cleanText, type Markup, markup, type Part, trusted } from '../markup.ts'
import { momentOf } from '../text.ts'
import { dataText, patterns } from './parts.ts'
import { styles } from './styles.ts'

/** Hash for the Content-Security-Policy, which allows only this style sheet. */
const styleHash = `sha256-${createHash('sha256').update(styles).digest('base64')}`

export interface PageParts {
  /** Kind of the report: `Benchmark`, `Run` or another. */
  readonly kind: string
  /** Subject of the report. */
  readonly title: Part
  /** ISO 8601; external, so it may be invalid. */
  readonly startedAt: string
  /** Outcome in a few words; `lead` adds sentences with details. */
  readonly verdict: string
  readonly lead: readonly Part[]
  readonly content: readonly Part[]
  /** Version of the program that made the page. */
  readonly version: string | undefined
}

/** The whole document. It loads no resources, and contains no scripts. */
export function page({ kind, title, startedAt, verdict, lead, content, version }: PageParts): string {
  const moment = momentOf(startedAt)
  const when =
    moment === undefined ? dataText(startedAt, 40) : markup`<time datetime="${moment.iso}">${moment.text}</time>`
  const policy = `default-src 'none'; style-src '${styleHash}'; base-uri 'none'; form-action 'none'`
  const document: Markup = markup`${trusted('<!DOCTYPE html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${cleanText(`${kind}: ${verdict}`, 120)}</title>
<style>${trusted(styles)}</style>
</head>
<body>
${patterns}
<main>
<header>
<p class="kind">Sluice · ${kind} · ${when}</p>
<h1>${title}</h1>
<p class="verdict">${verdict}</p>
${lead.map((sentence) => markup`<p class="lead">${sentence}</p>\n`)}</header>
${content}</main>
<footer><p>Made by Sluice${version === undefined ? undefined : markup` ${dataText(version, 40)}`}. This page is self-contained: no scripts, no external resources.</p></footer>
</body>
</html>
`
  return document.toString()
}
