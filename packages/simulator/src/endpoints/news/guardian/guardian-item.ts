import { isoSeconds, retell, slugOf } from '../stories/story.ts'
import type { StoryPool, Teller, Telling } from '../stories/story-pool.ts'

export const guardian: Teller = { name: 'guardian', share: 0.5, slowest: 2_400_000 }

/** An article, independent of its representation. */
export interface GuardianItem {
  /** Id, which is also the path: `world/2026/nov/20/ostrey-bakers-raise-wages`. */
  readonly id: string
  readonly telling: Telling
  readonly title: string
}

/** True if an article was taken down for legal reasons. */
export function isWithdrawn({ draw }: StoryPool, { telling: { story } }: GuardianItem): boolean {
  return draw(story.number, 'guardian withdrawn') < 0.02
}

/** Articles of the last three days, newest first, withdrawn ones included. */
export function guardianItems(pool: StoryPool): readonly GuardianItem[] {
  return pool.toldBy(guardian).map((telling) => ({
    id: idOf(telling),
    telling,
    title: retell(pool, telling.story, guardian.name),
  }))
}

/** URL of an article on the web site. */
export function webUrlOf(telling: Telling): string {
  return `https://www.practice-guardian.example/${idOf(telling)}`
}

function idOf({ story, publishedAt }: Telling): string {
  const [, date, month, year] = new Date(publishedAt).toUTCString().split(' ')
  return `${story.section}/${year}/${month!.toLowerCase()}/${date}/${slugOf(story.title)}`
}

/** JSON of an article; `fields` are the names in `show-fields`. */
export function shownItem(item: GuardianItem, origin: string, fields: readonly string[]): Record<string, unknown> {
  const { id, telling, title } = item
  const { section } = telling.story
  const all = fieldsOf(item)
  const shown = fields.includes('all') ? Object.keys(all) : fields.filter((field) => Object.hasOwn(all, field))
  return {
    id,
    type: 'article',
    sectionId: section,
    sectionName: section[0]!.toUpperCase() + section.slice(1),
    webPublicationDate: isoSeconds(telling.publishedAt),
    webTitle: title,
    webUrl: webUrlOf(telling),
    apiUrl: `${origin}/guardian/content/${id}`,
    ...(shown.length === 0 ? {} : { fields: Object.fromEntries(shown.map((field) => [field, all[field]])) }),
    isHosted: false,
    pillarId: section === 'sport' ? 'pillar/sport' : 'pillar/news',
    pillarName: section === 'sport' ? 'Sport' : 'News',
  }
}

/** Numbers and booleans are strings in this API. */
function fieldsOf({ telling, title }: GuardianItem): Readonly<Record<string, string>> {
  const { story, publishedAt } = telling
  const body = story.text
    .replaceAll('&', '&amp;')
    .split(/(?<=\.) /)
    .map((sentence) => `<p>${sentence}</p>`)
  return {
    headline: title,
    trailText: `<strong>${story.section}:</strong> ${story.summary.replaceAll('&', '&amp;')}`,
    standfirst: `<p>${story.summary.replaceAll('&', '&amp;')}</p>`,
    byline: story.author,
    body: body.join(''),
    bodyText: story.text,
    thumbnail: `https://media.practice-guardian.example/${story.number}/500.jpg`,
    shortUrl: `https://pg.example/p/${story.number.toString(36)}`,
    wordcount: String(story.text.split(' ').length),
    charCount: String(story.text.length),
    lang: 'en',
    publication: 'The Practice Guardian',
    lastModified: isoSeconds(publishedAt + 600_000),
    isLive: String(story.number % 20 === 0),
    shouldHideAdverts: 'false',
    showInRelatedContent: 'true',
    webUrl: webUrlOf(telling),
  }
}
