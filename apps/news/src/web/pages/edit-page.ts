import { cleanText, type Markup, markup, trusted } from '@sluice/report/markup'
import type { FeedSetting } from '../../settings/settings.ts'
import { feedKey } from '../../sources/feed.ts'
import { type PageContext, sourceName, sourceTitle } from '../context.ts'
import { type FeedField, type FeedTexts, feedFields, feedTexts } from '../feed-form.ts'
import { foldersOf } from '../folders.ts'
import { hidden, layout } from './layout.ts'

interface EditPageParts {
  /** Current settings of the feed. */
  readonly setting: FeedSetting
  /** Hash of them. */
  readonly version: string
  /** Texts of the fields. */
  readonly texts: FeedTexts
  /** Rejected form, whose choices are shown again, except secrets. */
  readonly form?: URLSearchParams | undefined
  readonly problem?: string | undefined
  /** True if the settings have changed meanwhile; fields with other values than the form then show both. */
  readonly isConflict?: boolean | undefined
}

/** Page with the settings of a feed. Values of headers and credentials are never part of it. */
export function editPage(context: PageContext, parts: EditPageParts): Markup {
  const { setting, version, problem } = parts
  const key = feedKey(setting.url) ?? setting.url
  const action = `/sources/${sourceName(key)}`
  const title = setting.title ?? sourceTitle(context.sources, key)
  return layout({
    context,
    heading: `Settings of ${cleanText(title, 60)}`,
    here: '/sources',
    content: [
      problem === undefined
        ? undefined
        : markup`<p class="note bad" role="alert"><span class="sign" aria-hidden="true">✗</span> ${problem}</p>\n`,
      markup`<form method="post" action="${action}" class="settings">
${hidden({ token: context.token, version })}
<div class="fields">
${feedFields.map((field) => fieldRow(context, field, parts))}</div>
${tick('muted', 'Muted: do not fetch it; its stories stay', parts)}
${tick('fullText', 'Fetch the full text of new stories from their pages', parts)}
${headerFields(parts)}
${credentialFields(parts)}
<p class="row"><button>Save</button> <a href="/sources">Cancel</a></p>
</form>
<details><summary>Remove this feed</summary>
<form method="post" action="${action}/remove">${hidden({ token: context.token, version })}<p>Its stories stay until they expire. <button>Remove</button></p></form>
</details>
`,
    ],
  })
}

function fieldRow(context: PageContext, { name, label, hint, longest }: FeedField, parts: EditPageParts): Markup {
  const value = parts.texts[name]
  const current = feedTexts(parts.setting)[name]
  const isOther = parts.isConflict === true && current !== value
  const folders = name === 'folder' ? foldersOf(context.sources).map((folder) => folder.name) : []
  const list = folders.length === 0 ? undefined : markup` list="folders"`
  const offers = markup`<datalist id="folders">${folders.map((folder) => markup`<option value="${folder}"></option>`)}</datalist>`
  const now = markup` <strong>Now in the file: ${current === '' ? 'nothing' : current}</strong>`
  return markup`<p><label for="${name}">${label}</label><input id="${name}" name="${name}" value="${value}" maxlength="${longest}" aria-describedby="${name}-hint" autocomplete="off" spellcheck="false"${name === 'url' ? trusted(' required') : undefined}${list}><span class="hint" id="${name}-hint">${hint}${isOther ? now : undefined}</span>${list === undefined ? undefined : offers}</p>
`
}

function tick(name: 'muted' | 'fullText', label: string, { setting, form }: EditPageParts): Markup {
  const isOn = form === undefined ? setting[name] === true : form.get(name) === '1'
  return markup`<p><label class="tick"><input type="checkbox" name="${name}" value="1"${isOn ? trusted(' checked') : undefined}> ${label}</label></p>`
}

/** Names of the stored headers, and a field for others. */
function headerFields({ setting: { headers = {} }, form }: EditPageParts): Markup {
  const names = Object.keys(headers)
  const removed = form?.getAll('remove-header') ?? []
  return markup`<fieldset><legend>Headers</legend>
${names.map((name) => markup`<label class="tick"><input type="checkbox" name="remove-header" value="${name}"${removed.includes(name) ? trusted(' checked') : undefined}> Remove ${name}</label>`)}
<p><label for="headers">Headers to add or replace</label><textarea id="headers" name="headers" rows="2" maxlength="10000" aria-describedby="headers-hint" autocomplete="off" spellcheck="false"></textarea><span class="hint" id="headers-hint">one a line, such as Accept-Language: de; values are stored in sources.json and not shown again</span></p>
</fieldset>`
}

const choices = [
  ['keep', 'leave as they are'],
  ['none', 'none'],
  ['password', 'user name and password'],
  ['token', 'bearer token'],
] as const

function credentialFields({ setting, form }: EditPageParts): Markup {
  const chosen = form?.get('credentials') ?? 'keep'
  return markup`<fieldset><legend>Credentials: ${storedCredentials(setting)}</legend>
<div class="fields">
<p><label for="credentials">Credentials</label><select id="credentials" name="credentials">${choices.map(([value, words]) => markup`<option value="${value}"${value === chosen ? trusted(' selected') : undefined}>${words}</option>`)}</select></p>
<p><label for="user">User name</label><input id="user" name="user" value="${form?.get('user') ?? ''}" maxlength="200" autocomplete="off" spellcheck="false"></p>
<p><label for="secret">Password or token</label><input type="password" id="secret" name="secret" maxlength="5000" aria-describedby="secret-hint" autocomplete="new-password"><span class="hint" id="secret-hint">stored in a file that only you can read, and not shown again</span></p>
</div>
</fieldset>`
}

/** Kind of the stored credentials, without user name or place. */
function storedCredentials({ auth, url }: FeedSetting): string {
  if (auth === undefined) return URL.parse(url)?.username ? 'in the address' : 'none'
  const kind = auth.split(':')[0]!.toLowerCase()
  return kind === 'basic' ? 'user name and password' : kind === 'header' ? 'a header' : 'a bearer token'
}
