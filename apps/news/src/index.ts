export type {
  Article,
  ArticleContent,
  Enclosure,
  NewArticle,
  SourceHealth,
  StoredContent,
  Story,
} from './model/news.ts'
export type { Reading, SourceAdapter, SourceLimits, SourceRequest } from './model/source.ts'
export { defaultLimits, SourceError, type SourceErrorKind } from './model/source.ts'
export { type BenchFigures, type BenchOptions, type BenchRow, type BenchTable, bench } from './refresh/bench.ts'
export type { SourceResult } from './refresh/conclude.ts'
export { type EveryOptions, every, type Schedule } from './refresh/every.ts'
export { type RefreshOptions, refreshAll } from './refresh/refresh.ts'
export { SourceClients, type SourceClientsOptions } from './refresh/source-clients.ts'
export { type FeedOptions, feed } from './sources/feed.ts'
export { type GuardianOptions, guardian } from './sources/guardian.ts'
export { type HackerNewsOptions, hackerNews } from './sources/hacker-news.ts'
export { type NewsApiOptions, newsApi } from './sources/news-api.ts'
export type { Added, NewsStore, QuotaUse, StoryFilter, StoryPage, Validators } from './store/news-store.ts'
export { type PostgresNewsStoreOptions, postgresNewsStore } from './store/postgres/postgres-news-store.ts'
export { sqliteNewsStore } from './store/sqlite/sqlite-news-store.ts'
export { canonicalUrl } from './stories/canonical-url.ts'
export type { NewsAppOptions } from './web/context.ts'
export { createNewsApp } from './web/create-news-app.ts'
export { type ServedNews, type ServeNewsOptions, serveNews } from './web/serve-news.ts'
