import type { SqliteSchema } from '../../database/sqlite/open-sqlite.ts'

const steps: readonly string[] = [
  `
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice: locks are named after it
    name TEXT NOT NULL,
    is_removed INTEGER NOT NULL DEFAULT 0, -- its rows are being deleted, step by step
    claimed_by INTEGER, -- of no account unless its lock is held
    source TEXT NOT NULL,
    settings TEXT,
    key_seed TEXT NOT NULL,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    read INTEGER NOT NULL DEFAULT 0,
    has_ended INTEGER NOT NULL DEFAULT 0,
    settled_below INTEGER NOT NULL DEFAULT 0,
    mark_index INTEGER,
    mark TEXT,
    succeeded INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    parked INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    throttled INTEGER NOT NULL DEFAULT 0,
    elapsed REAL NOT NULL DEFAULT 0
  ) STRICT;
  CREATE UNIQUE INDEX runs_by_name ON runs (name) WHERE is_removed = 0;
  CREATE INDEX removed_runs ON runs (id) WHERE is_removed = 1;

  CREATE TABLE results (
    run_id INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    id TEXT NOT NULL,
    url TEXT,
    method TEXT,
    ok INTEGER NOT NULL,
    status INTEGER,
    error_code TEXT,
    error_message TEXT,
    error_retry_at REAL,
    attempts INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    throttled INTEGER NOT NULL,
    attempt_ms TEXT NOT NULL,
    timing TEXT NOT NULL,
    headers TEXT,
    meta TEXT,
    settled_at REAL NOT NULL,
    body_kind TEXT NOT NULL,
    body_coding TEXT, -- NULL: no body; 'as is'; 'zstd'
    body BLOB,
    PRIMARY KEY (run_id, idx)
  ) STRICT; -- with rowid: without one, inserts are four times slower and the file three times larger
  CREATE INDEX failures ON results (run_id, idx) WHERE ok = 0;

  CREATE TABLE parked (
    run_id INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    id TEXT NOT NULL,
    until REAL NOT NULL,
    code TEXT NOT NULL,
    PRIMARY KEY (run_id, idx)
  ) STRICT;
  CREATE INDEX parked_by_date ON parked (run_id, until, idx);

  CREATE TABLE spooled (
    run_id INTEGER NOT NULL,
    idx INTEGER NOT NULL,
    request TEXT NOT NULL,
    PRIMARY KEY (run_id, idx)
  ) STRICT;

  CREATE TABLE ending_tallies (
    run_id INTEGER NOT NULL,
    ending TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (run_id, ending)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE error_tallies (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    count INTEGER NOT NULL,
    example TEXT NOT NULL,
    example_idx INTEGER NOT NULL,
    UNIQUE (run_id, code, message)
  ) STRICT;

  CREATE TABLE duration_tallies (
    run_id INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (run_id, bucket)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE quota_sends (
    quota TEXT NOT NULL,
    at REAL NOT NULL,
    weight REAL NOT NULL,
    until REAL NOT NULL,
    PRIMARY KEY (quota, at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX quota_sends_by_end ON quota_sends (until);
  `,
  `
  ALTER TABLE runs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE runs ADD COLUMN wish TEXT; -- JSON; NULL if the run was never steered
  `,
  `
  CREATE TABLE run_slices (
    run_id INTEGER NOT NULL,
    at REAL NOT NULL,
    slice TEXT NOT NULL -- JSON
  ) STRICT;
  CREATE INDEX slices_by_date ON run_slices (run_id, at);
  `,
]

/** Schema of a file of runs. */
export const runsSchema: SqliteSchema = {
  // "Slui"
  applicationId: 0x536c7569,
  program: 'Sluice',
  steps,
  // Space of removed runs is returned to the disk in steps.
  newFilePragmas: ['auto_vacuum = INCREMENTAL'],
  // The log is truncated to this size after it has been written back.
  pragmas: ['synchronous = FULL', 'journal_size_limit = 67108864'],
}
