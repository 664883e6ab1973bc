import type { NewsStore, SourceHealth, StoredContent, Story, StoryFilter, StoryPage } from '../../src/index.ts'

/** A store over a fixed list of stories, with only the methods that pages need. */
export interface SmallStore extends NewsStore {
  /** Calls in order: `stories`, `mark`. */
  readonly asked: readonly string[]
}

const unused = async (): Promise<never> => {
  throw new Error('the pages have no business here')
}

/** Creates a store in memory. */
export function smallStore(
  given: readonly Story[],
  health: readonly SourceHealth[] = [],
  givenContents: readonly StoredContent[] = [],
): SmallStore {
  const contents = [...givenContents]
  let stories = [...given].sort(byTime)
  const asked: string[] = []
  const told = <T>(verb: string, answer: T): Promise<T> => {
    asked.push(verb)
    return Promise.resolve(answer)
  }
  const change = (matches: (story: Story) => boolean, marks: Partial<Story>): void => {
    stories = stories.map((story) => (matches(story) ? { ...story, ...marks } : story))
  }
  return {
    name: 'small store',
    asked,
    stories: (filter = {}, { after, order, limit = 50 } = {}) =>
      told(
        'stories',
        (order === 'oldest first' ? stories.toReversed() : stories)
          .filter((story) => isIn(story, filter) && (after === undefined || follows(after, story, order)))
          .slice(0, limit),
      ),
    story: (id) =>
      told(
        'story',
        stories.find((story) => story.id === id),
      ),
    count: (filter = {}) => {
      const found = stories.filter((story) => isIn(story, filter))
      return told('count', { stories: found.length, unread: found.filter(({ isRead }) => !isRead).length })
    },
    contents: (id) => {
      const told = stories.find((story) => story.id === id)?.articles ?? []
      const has = ({ source, sourceId }: StoredContent) =>
        told.some((article) => article.source === source && article.sourceId === sourceId)
      return Promise.resolve(contents.filter(has))
    },
    setFullText: async (source, sourceId, fullText) => {
      const at = contents.findIndex((one) => one.source === source && one.sourceId === sourceId)
      contents.splice(at < 0 ? contents.length : at, at < 0 ? 0 : 1, { ...contents[at], source, sourceId, fullText })
    },
    unread: (groups) =>
      told(
        'unread',
        groups.map((sources) => stories.filter((story) => isIn(story, { sources, isRead: false })).length),
      ),
    mark: (ids, marks) =>
      told(
        'mark',
        change(({ id }) => ids.includes(id), marks),
      ),
    markAllRead: (filter, upTo, addedBy = Number.POSITIVE_INFINITY) => {
      const isMeant = (story: Story) =>
        isIn(story, filter) && story.publishedAt <= upTo && story.addedAt <= addedBy && !story.isRead
      const count = stories.filter(isMeant).length
      change(isMeant, { isRead: true })
      return told('markAllRead', count)
    },
    health: () => told('health', health),
    add: unused,
    known: unused,
    forget: unused,
    separate: (story, source) => told('separate', source === 'hn' ? story + 100 : undefined),
    dropSource: unused,
    setHealth: unused,
    validators: unused,
    setValidators: unused,
    quotaUses: unused,
    recordQuotaUse: unused,
    close: () => Promise.resolve(),
  }
}

function byTime(
  one: { readonly publishedAt: number; readonly id: number },
  other: { readonly publishedAt: number; readonly id: number },
): number {
  return other.publishedAt - one.publishedAt || other.id - one.id
}

function follows(
  after: NonNullable<StoryPage['after']>,
  story: Story,
  order: StoryPage['order'] = 'newest first',
): boolean {
  return order === 'newest first' ? byTime(after, story) < 0 : byTime(after, story) > 0
}

function isIn(story: Story, { sources, section, language, search, isRead, isStarred }: StoryFilter): boolean {
  const text = `${story.title} ${story.summary ?? ''}`.toLowerCase()
  return (
    (sources === undefined || story.articles.some(({ source }) => sources.includes(source))) &&
    (section === undefined || story.articles.some((article) => article.section === section)) &&
    (language === undefined || story.articles.some((article) => article.language === language)) &&
    (search === undefined ||
      search
        .toLowerCase()
        .split(' ')
        .every((word) => text.includes(word))) &&
    (isRead === undefined || story.isRead === isRead) &&
    (isStarred === undefined || story.isStarred === isStarred)
  )
}
