// Runs in a separate process: adds articles to a database in groups, and prints the numbers of new articles and
// stories.
import { argv, stdout } from 'node:process'
import { postgresNewsStore } from '../../src/store/postgres/postgres-news-store.ts'
import { articles, noon } from './articles.ts'

const [address, source, from, to] = argv.slice(2)
const store = await postgresNewsStore(address!)
const added = { articles: 0, stories: 0 }
for (let at = Number(from); at < Number(to); at += 10) {
  const group = articles(at, at + 10).map((each) => ({ ...each, source: source!, url: `${each.url}/${source}` }))
  const { articles: some, stories } = await store.add(group, noon)
  added.articles += some
  added.stories += stories
}
await store.close()
stdout.write(`${JSON.stringify(added)}\n`)
