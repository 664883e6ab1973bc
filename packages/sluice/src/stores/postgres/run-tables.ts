import { commitFunctions } from './commit-functions.ts'

/**
 * Runs and their data. Counts are sharded, so that many processes do not wait for one row; the sum of the shards is
 * shown. Shard 0 belongs to the process that has claimed the run; requeued results are subtracted there, as negative
 * counts.
 */
const tables = `
  CREATE TABLE runs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    creation text NOT NULL, -- so that who made it knows it again when the answer was lost
    is_removed boolean NOT NULL DEFAULT false, -- its rows are being deleted, step by step
    is_shared boolean NOT NULL DEFAULT false,
    claimed_by bigint, -- of no account unless its lock is held
    claim_epoch bigint NOT NULL DEFAULT 0,
    source text NOT NULL, -- JSON as text, here and below: jsonb refuses U+0000
    settings text,
    key_seed text NOT NULL,
    created_at double precision NOT NULL,
    read bigint NOT NULL DEFAULT 0,
    has_ended boolean NOT NULL DEFAULT false,
    opened integer NOT NULL DEFAULT 1, -- how often it has had something to do, if it is shared
    finished integer NOT NULL DEFAULT 0, -- the last of these times that was noticed to be over
    settled_below bigint NOT NULL DEFAULT 0,
    mark_index bigint,
    mark text
  ) WITH (fillfactor = 50);
  CREATE UNIQUE INDEX runs_by_name ON runs (name) WHERE NOT is_removed;
  CREATE INDEX removed_runs ON runs (id) WHERE is_removed;
  CREATE INDEX open_runs ON runs (id) WHERE is_shared AND opened > finished;

  CREATE TABLE run_counts (
    run_id bigint NOT NULL,
    shard bigint NOT NULL,
    succeeded bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    parked bigint NOT NULL DEFAULT 0,
    requests bigint NOT NULL DEFAULT 0,
    throttled bigint NOT NULL DEFAULT 0,
    elapsed double precision NOT NULL DEFAULT 0,
    updated_at double precision,
    last_commit text, -- one that comes again has been counted
    PRIMARY KEY (run_id, shard)
  ) WITH (fillfactor = 50);

  CREATE TABLE results (
    run_id bigint NOT NULL,
    idx bigint NOT NULL,
    id text NOT NULL,
    url text,
    method text,
    ok boolean NOT NULL,
    status integer,
    error_code text,
    error_message text,
    error_retry_at double precision,
    attempts integer NOT NULL,
    requests integer NOT NULL,
    throttled integer NOT NULL,
    attempt_ms text NOT NULL,
    timing text NOT NULL,
    headers text,
    meta text,
    settled_at double precision NOT NULL,
    body_kind text NOT NULL,
    body_coding text, -- NULL: no body; 'as is'; 'zstd'
    body_length bigint, -- before it was packed
    body bytea, -- what can be packed has been
    PRIMARY KEY (run_id, idx)
  );
  -- In CREATE TABLE only from PostgreSQL 16 on.
  ALTER TABLE results ALTER COLUMN body SET STORAGE EXTERNAL;
  CREATE INDEX failures ON results (run_id, idx) WHERE NOT ok;

  CREATE TABLE parked (
    run_id bigint NOT NULL,
    idx bigint NOT NULL,
    id text NOT NULL,
    until double precision NOT NULL,
    code text NOT NULL,
    PRIMARY KEY (run_id, idx)
  );
  CREATE INDEX parked_by_date ON parked (run_id, until, idx);

  CREATE TABLE spooled (
    run_id bigint NOT NULL,
    idx bigint NOT NULL,
    request text NOT NULL,
    PRIMARY KEY (run_id, idx)
  );

  CREATE TABLE ending_tallies (
    run_id bigint NOT NULL,
    shard bigint NOT NULL,
    ending text NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (run_id, shard, ending)
  ) WITH (fillfactor = 50);

  CREATE TABLE error_tallies (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL,
    shard bigint NOT NULL,
    code text NOT NULL,
    message text NOT NULL,
    message_hash bigint NOT NULL, -- a message may be too long for an index
    count bigint NOT NULL,
    example text, -- NULL: it was taken back
    example_idx bigint,
    UNIQUE (run_id, shard, code, message_hash)
  ) WITH (fillfactor = 50);

  CREATE TABLE duration_tallies (
    run_id bigint NOT NULL,
    shard bigint NOT NULL,
    bucket integer NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (run_id, shard, bucket)
  ) WITH (fillfactor = 50);

  CREATE TABLE quota_sends (
    quota text NOT NULL,
    at double precision NOT NULL,
    weight double precision NOT NULL,
    until double precision NOT NULL,
    PRIMARY KEY (quota, at)
  );
  CREATE INDEX quota_sends_by_end ON quota_sends (until);
`

/** First migration step: runs, and the functions that commit groups. */
export const runTables: string = tables + commitFunctions
