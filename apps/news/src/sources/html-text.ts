import { Parser } from 'htmlparser2'

/** Elements whose content browsers do not show. */
const unseen: ReadonlySet<string> = new Set(['script', 'style', 'template', 'noscript', 'iframe', 'object', 'title'])
/** Elements that do not separate words. */
const inline: ReadonlySet<string> = new Set(
  'a abbr b bdi bdo cite code del dfn em font i ins kbd mark q s samp small span strong sub sup tt u var wbr'.split(
    ' ',
  ),
)
/** Maximum number of characters searched for a short text. */
const maxMarkup = 50_000

/** Characters that are invisible or change the text direction. Joiners stay: emoji and scripts need them. */
const unprintable = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2028\u2029\u2066-\u2069\uFEFF]/gu

/** Elements that format titles. Other tags count as text about elements: `Use <dialog> now`. */
const formatting: ReadonlySet<string> = new Set([
  ...inline,
  'p',
  'div',
  'big',
  'strike',
  'nobr',
  'center',
  'script',
  'style',
])
/** Elements without an end tag. */
const single: ReadonlySet<string> = new Set(['br', 'img', 'hr', 'wbr'])

/** Text of an HTML title. Tags that do not format, and unpaired formatting tags without attributes, stay as text. */
export function titleOfHtml(html: string): string {
  const head = html.slice(0, maxMarkup)
  const ends = new Set([...head.matchAll(/<\/([a-z][\w-]*)\s*>/gi)].map(([, name]) => name!.toLowerCase()))
  const plain = head.replaceAll(
    /<(\/?)([a-z][\w:.-]*)((?:\s[^<>]*)?\/?)>/gi,
    (tag, slash: string, name: string, rest: string) => {
      const lower = name.toLowerCase()
      const isMarkup =
        single.has(lower) || (formatting.has(lower) && (slash === '/' || ends.has(lower) || rest.includes('=')))
      return isMarkup ? tag : `&lt;${tag.slice(1)}`
    },
  )
  return textOfHtml(plain)
}

/** Description of the first image in HTML: its alternative text, or its title. */
export function imageText(html: string): string {
  let shown = ''
  const parser = new Parser({
    onopentag(name, { alt, title }) {
      if (name === 'img') shown ||= alt || title || ''
    },
  })
  parser.end(html.slice(0, maxMarkup))
  return shown
}

/** Text of HTML with decoded references, without content that browsers do not show. */
export function textOfHtml(html: string): string {
  let text = ''
  let hidden = 0
  const parser = new Parser({
    onopentagname(name) {
      if (unseen.has(name)) hidden++
      else if (!inline.has(name)) text += ' '
    },
    ontext(data) {
      if (hidden === 0) text += data
    },
    onclosetag(name) {
      if (unseen.has(name)) hidden--
      else if (!inline.has(name)) text += ' '
    },
  })
  parser.end(html.slice(0, maxMarkup))
  return cleanText(text)
}

/** Returns one line without control characters, direction marks and lone surrogates; collapses white space. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(unprintable, ' ').replace(/\s+/g, ' ').trim()
}

/** Cuts text to at most `longest` characters, between words if possible. */
export function cutAtWord(text: string, longest: number): string {
  if (text.length <= longest) return text
  const room = text.slice(0, longest - 1)
  // The first character beyond the limit may be the space.
  const space = text[longest - 1] === ' ' ? longest - 1 : room.lastIndexOf(' ')
  const kept = space > longest / 2 ? room.slice(0, space) : room.replace(/[\uD800-\uDBFF]$/, '')
  return `${kept.trimEnd()}…`
}
