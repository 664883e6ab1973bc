/** Length far beyond any title. */
const megabyte = 1_000_000

/** Each entity expands to ten of the previous one: the last to ten thousand million characters. */
const entities = Array.from({ length: 9 }, (_, level) => {
  const value = level === 0 ? 'lolololol!' : `&lol${level - 1};`.repeat(10)
  return `  <!ENTITY lol${level} "${value}">`
}).join('\n')

/** Well-formed except for control characters, and hostile. */
export function hostileFeed(): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE rss [
${entities}
]>
<rss version="2.0"><channel>
<title>Hostile &lt;script&gt;alert('feed')&lt;/script&gt;</title>
<link>javascript:alert('home')</link>
<description><![CDATA[<img src=x onerror=alert('feed')>]]></description>
${items.join('\n')}
</channel></rss>
`
}

/** A feed with an entity that names a file on the reader's machine. */
export const externalFeed: string = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE rss [<!ENTITY file SYSTEM "file:///etc/hostname">]>
<rss version="2.0"><channel><title>External</title><link>https://hostile.example/</link>
<item><title>Read on &file;</title><link>https://hostile.example/file</link></item>
</channel></rss>
`

const items: readonly string[] = [
  item(
    'script',
    '<![CDATA[A title <script>alert("title")</script> with a script]]>',
    'https://hostile.example/script',
    '<![CDATA[<script src="https://evil.example/x.js"></script><svg onload="alert(1)"><iframe srcdoc="<b>x</b>"></iframe>]]>',
  ),
  item('javascript', 'A link that runs', 'javascript:alert(document.cookie)', 'plain'),
  item('data', 'A link that is a page', 'data:text/html,&lt;script&gt;alert(1)&lt;/script&gt;', 'plain'),
  item('spaced', 'A link behind spaces', ' \t&#10;JaVaScRiPt:alert(1)', 'plain'),
  item('bomb', 'Many of &lol8; in a title', 'https://hostile.example/bomb', '&lol8;'),
  item(
    'characters',
    'Control \u0007\u001b[31m and bidi \u202egnorw\u202c \u2066x\u2069 \u200b\ufeff characters',
    'https://hostile.example/characters',
    'zero\u200bwidth',
  ),
  item('long', 'x'.repeat(megabyte), 'https://hostile.example/long', 'the title is a megabyte'),
  item('twice', 'The same guid', 'https://hostile.example/one', 'first'),
  item('twice', 'The same guid again', 'https://hostile.example/two', 'second'),
]

function item(guid: string, title: string, link: string, description: string): string {
  return `<item><guid isPermaLink="false">${guid}</guid><title>${title}</title><link>${link}</link><description>${description}</description></item>`
}
