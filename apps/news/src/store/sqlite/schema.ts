import type { SqliteSchema } from 'sluice/internal'

const steps: readonly string[] = [
  `
  CREATE TABLE stories (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again, so that no late mark meets another story
    published_at INTEGER NOT NULL, -- of its earliest article
    added_at INTEGER NOT NULL,
    is_read INTEGER NOT NULL DEFAULT 0,
    is_starred INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX stories_by_time ON stories (published_at, id);
  CREATE INDEX unread_by_time ON stories (published_at, id) WHERE is_read = 0;
  CREATE INDEX starred_by_time ON stories (published_at, id) WHERE is_starred = 1;

  CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    story_id INTEGER NOT NULL,
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    url TEXT NOT NULL,
    canonical_url TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT,
    author TEXT,
    published_at INTEGER NOT NULL,
    language TEXT,
    section TEXT,
    fetched_at INTEGER NOT NULL, -- the last time
    UNIQUE (source, source_id)
  ) STRICT;
  CREATE INDEX articles_by_story ON articles (story_id, source, section, language);
  CREATE INDEX articles_by_url ON articles (canonical_url, story_id);
  CREATE INDEX articles_by_fetch ON articles (source, fetched_at);

  -- Only the index, not the texts. What goes in is words already, folded as the search folds its own, with a space
  -- between two: the tokenizer has nothing left to do but to split there.
  CREATE VIRTUAL TABLE words USING fts5 (title, summary, content='', contentless_delete=1, tokenize='ascii');

  -- Finds titles that may be alike: those published about the same time that have one of a few tokens.
  CREATE TABLE title_tokens (
    token TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    article_id INTEGER NOT NULL,
    PRIMARY KEY (token, published_at, article_id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE health (
    source TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    tried_at INTEGER,
    succeeded_at INTEGER,
    next_at INTEGER,
    message TEXT,
    failures INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE validators (url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT) STRICT;
  CREATE TABLE quota_uses (
    quota TEXT NOT NULL,
    at INTEGER NOT NULL,
    weight REAL NOT NULL,
    until INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX quota_uses_by_time ON quota_uses (quota, at);
  `,
  'ALTER TABLE health ADD COLUMN moved_to TEXT',
  'ALTER TABLE health ADD COLUMN about TEXT',
  `
  -- Apart from the articles, so that lists do not read it.
  CREATE TABLE contents (
    article_id INTEGER PRIMARY KEY,
    hash TEXT,
    content TEXT, -- JSON
    full_text TEXT -- JSON
  ) STRICT
  `,
  'CREATE INDEX articles_by_source ON articles (source, story_id)',
]

/** Tables of a news database. */
export const newsSchema: SqliteSchema = {
  // "SluN"
  applicationId: 0x536c754e,
  program: 'the news reader',
  steps,
  // The file stays consistent after a crash; lost articles are fetched again by the next refresh.
  pragmas: ['synchronous = NORMAL', 'journal_size_limit = 67108864'],
}
