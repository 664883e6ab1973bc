// Runs in a separate process: adds articles to a store in groups, and prints the number of new ones.
import { argv, stdout } from 'node:process'
import { sqliteNewsStore } from '../../src/store/sqlite/sqlite-news-store.ts'
import { articles, noon } from './articles.ts'

const [path, from, to] = argv.slice(2)
const store = await sqliteNewsStore(path!)
let added = 0
for (let at = Number(from); at < Number(to); at += 10) {
  added += (await store.add(articles(at, at + 10), noon)).articles
}
await store.close()
stdout.write(`${added}\n`)
